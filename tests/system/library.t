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

bad=
while read -r header; do
	printf 'extern "C" {\n#include <%s>\n}\n' "$header" |
		clang++ -std=c++20 -nostdinc++ -Wall -Wextra -Werror -fsyntax-only "${found[0]}" -x c++ - \
			2>"$stage/said" || bad+=" $header"
done < <(cd "$stage/usr/include/assay" && find . -name '*.h' | sed 's|^\./||' | sort)
is "$bad" '' 'and from C++ inside extern "C"'

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

cd "$OLDPWD" || exit 1
cp docs/examples/read_events.c tests/vectors/epcis/commission.xml "$stage/"
wanted=$("$assay" gs1 hash tests/vectors/epcis/commission.xml)
read -ra found < <(pkg-config --cflags --libs --static assay-gs1)
cd "$stage" || exit 1
gcc -std=c17 -Wall -Wextra -Werror -o read_events read_events.c "${flags[@]}" "${found[@]}" 2>said
is "$?:$(cat said)" '0:' 'the example of EPCIS is built with libxml2 and libsodium'
is "$(./read_events <commission.xml | sed -n 's/^event *[^ ]* //p')" "$wanted" 'and reads the events'
printf '<a/>' | ./read_events >said 2>&1
is "$?:$(cat said)" '1:line 1: <a> is not EPCISDocument, EPCISQueryDocument, EPCISMasterDataDocument or an event' \
	'and says what is wrong'
tests_done
