#!/bin/bash
# gs1/ alone, as others use it: installed, and a program built against what was installed and
# nothing else.
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
flavour=${build#build-}
flags=()
case $flavour in
asan) flags=(-fsanitize=address,undefined) ;;
tsan) flags=(-fsanitize=thread) ;;
cover) flags=(--coverage) ;;
*) flavour=release ;;
esac

make -s install-gs1 FLAVOUR="$flavour" BUILD="$build" DESTDIR="$stage" PREFIX=/usr >"$stage/said" 2>&1
is "$?" 0 'the library is installed'
test -f "$stage/usr/lib/libassay-gs1.a"
is "$?" 0 'the archive is there'
is "$(find "$stage/usr/include" -name '*_part.h' | wc -l)" 0 'headers of the inside are not'

# pkg-config would put the root of the machine before the paths.
export PKG_CONFIG_PATH=$stage/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage
is "$(pkg-config --modversion assay-gs1)" "$("$assay" --version | grep -o '[0-9.]*$')" 'its version'
read -ra found < <(pkg-config --cflags --libs assay-gs1)

# Each header by itself: no other must come before it.
bad=
while read -r header; do
	echo "#include <$header>" |
		gcc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only "${found[0]}" -x c - \
			2>"$stage/said" || bad+=" $header"
done < <(cd "$stage/usr/include/assay" && find . -name '*.h' | sed 's|^\./||' | sort)
is "$bad" '' 'each header stands alone'

cp docs/examples/read_scans.c "$stage/"
cd "$stage" || exit 1
gcc -std=c17 -Wall -Wextra -Werror -o read_scans read_scans.c "${flags[@]}" "${found[@]}" 2>said
is "$?:$(cat said)" '0:' 'the example is built against it, without any other library'

printf ']d201095060001343521728040010AB\x1d21X1\n' | ./read_scans >said
is "$(cat said)" 'elements  (01)09506000134352(17)280400(10)AB(21)X1
gtin      09506000134352
link      https://id.gs1.org/01/09506000134352/10/AB/21/X1?17=280400
lot       AB
serial    X1
expiry    2028-04-00' 'it reads a scan'
printf ']D201095060001343521728040010ab\x1d21x1\n' | ./read_scans >said
like "$(cat said)" 'damage    caps_lock' 'it names what a scanner did'
printf '(01)09506000134351\n' | ./read_scans >said
like "$(cat said)" 'rule      csum \(01\)0950600013435\|1\|' 'and the rule that is broken'
tests_done
