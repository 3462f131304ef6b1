// Judge reads an export and receipts with Go's own note and tlog packages.
//
//	judge FOLDER LOG_VKEY [RECEIPT...]
//
// The checkpoint is opened by its log key; every leaf is fetched through a TileHashReader, which
// proves each tile against the root; inclusion of every leaf and consistency of all earlier sizes
// given by receipts are proven and checked again; paths in receipts must be the proofs Go makes.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("wrong:", err)
		os.Exit(1)
	}
}

func openCheckpoint(text []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() || len(lines) != 4 {
		must(fmt.Errorf("the checkpoint of %s", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: hash}
}

func path(what string, n int64, width int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join("tile", what, name)
}

type folder string

func (f folder) Height() int                             { return 8 }
func (f folder) SaveTiles(tiles []tlog.Tile, d [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), path(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			data, err = os.ReadFile(filepath.Join(string(f), path(strconv.Itoa(tile.L), tile.N, 256)))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func (f folder) entries(size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := 256
		if size-n*256 < 256 {
			width = int(size - n*256)
		}
		data, err := os.ReadFile(filepath.Join(string(f), path("entries", n, width)))
		must(err)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all
}

// A receipt: c2sp.org/tlog-proof@v1.
func judgeReceipt(name string, verifier note.Verifier, reader tlog.HashReader, tree tlog.Tree, entries [][]byte) {
	text, err := os.ReadFile(name)
	must(err)
	head, checkpoint, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		must(fmt.Errorf("%s is no receipt", name))
	}
	var index int64 = -1
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, "extra ") {
			continue
		}
		if strings.HasPrefix(line, "index ") {
			index, err = strconv.ParseInt(line[6:], 10, 64)
			must(err)
			continue
		}
		hash, err := base64.StdEncoding.DecodeString(line)
		must(err)
		proof = append(proof, tlog.Hash(*(*[32]byte)(hash)))
	}
	at := openCheckpoint([]byte(checkpoint), verifier)
	must(tlog.CheckRecord(proof, at.N, at.Hash, index, tlog.RecordHash(entries[index])))
	small, large := at, tree
	if small.N > large.N {
		return
	}
	between, err := tlog.ProveTree(large.N, small.N, reader)
	must(err)
	must(tlog.CheckTree(between, large.N, large.Hash, small.N, small.Hash))
}

func main() {
	f := folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	text, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	must(err)
	tree := openCheckpoint(text, verifier)
	reader := tlog.TileHashReader(tree, f)
	entries := f.entries(tree.N)
	for i := int64(0); i < tree.N; i++ {
		hash := tlog.RecordHash(entries[i])
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, i, hash))
	}
	for _, name := range os.Args[3:] {
		judgeReceipt(name, verifier, reader, tree, entries)
	}
	fmt.Printf("size=%d root=%s receipts=%d\n", tree.N, tree.Hash, len(os.Args)-3)
}
