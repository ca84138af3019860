package main

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// blockSize is the size of a block before compression. Larger blocks make the tables smaller, and
// smaller blocks make the look-up of an operation faster.
const blockSize = 8 << 10

// pack returns the file of a table, in the format that package model describes in load.go.
func (t *table) pack() ([]byte, error) {
	p := packer{table: t, blockOf: make(map[string]int)}
	slices.SortFunc(t.operations, func(a, b operationText) int {
		return strings.Compare(commandOf(a.name), commandOf(b.name))
	})
	for _, e := range t.arrange() {
		p.add(e.key, e.lines)
	}
	p.end()
	for _, o := range t.operations {
		for _, ref := range t.closure(o) {
			if lines, ok := t.enums[ref]; ok {
				p.add(ref, lines)
			}
		}
	}
	p.end()
	if t.waiters != "" {
		p.add("waiters", t.waiters)
		p.end()
	}
	var head strings.Builder
	head.WriteString(t.head)
	if t.rules != "" {
		head.WriteString(row("rules", strconv.Itoa(len(p.blocks))))
		p.blocks = append(p.blocks, t.ruleLines())
	}
	var body bytes.Buffer
	sizes := []string{"blocks"}
	for _, block := range p.blocks {
		n, err := deflate(&body, block)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, strconv.Itoa(n))
	}
	head.WriteString(strings.Join(sizes, "\t") + "\n")
	if t.waiters != "" {
		head.WriteString(row("waiters", strconv.Itoa(p.blockOf["waiters"])))
	}
	for _, o := range t.operations {
		shapes, enums := map[int]bool{p.blockOf["operation "+o.name]: true}, make(map[int]bool)
		for _, ref := range t.closure(o) {
			if _, ok := t.enums[ref]; ok {
				enums[p.blockOf[ref]] = true
			} else {
				shapes[p.blockOf[ref]] = true
			}
		}
		head.WriteString(row("op", o.name, numbers(shapes), numbers(enums)))
	}
	for _, name := range slices.SortedFunc(maps.Keys(t.without), func(a, b string) int {
		return strings.Compare(commandOf(a), commandOf(b))
	}) {
		head.WriteString(row("without", name, t.without[name].Error()))
	}
	var file bytes.Buffer
	n, err := deflate(&file, head.String())
	if err != nil {
		return nil, err
	}
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(n)), file.Bytes(), body.Bytes()), nil
}

// A packer distributes the entries of a table over blocks.
type packer struct {
	*table
	blocks  []string
	current strings.Builder
	blockOf map[string]int // the number of the block with an operation, shape or enum
}

func (p *packer) add(name, lines string) {
	if _, ok := p.blockOf[name]; ok {
		return
	}
	if p.current.Len() > 0 && p.current.Len()+len(lines) > blockSize {
		p.end()
	}
	p.blockOf[name] = len(p.blocks)
	p.current.WriteString(lines)
}

func (p *packer) end() {
	if p.current.Len() > 0 {
		p.blocks = append(p.blocks, p.current.String())
		p.current.Reset()
	}
}

// A packed is an operation or a shape, and the operations that use it.
type packed struct {
	key, lines string
	users      []int // the indices of operations
}

// arrange returns the operations and shapes in an order in which an operation needs few blocks. The
// shapes that many operations use come first, and shapes with the same users are neighbours. The
// operations follow, each with the shapes that no other operation uses.
func (t *table) arrange() []packed {
	index := make(map[string]int)
	var list []packed
	for i, o := range t.operations {
		list = append(list, packed{"operation " + o.name, o.lines, []int{i}})
		for _, ref := range t.closure(o) {
			s, ok := t.shapes[ref]
			if !ok {
				continue
			}
			if _, added := index[ref]; !added {
				index[ref] = len(list)
				list = append(list, packed{ref, s.lines, nil})
			}
			list[index[ref]].users = append(list[index[ref]].users, i)
		}
	}
	slices.SortStableFunc(list, func(a, b packed) int {
		return cmp.Or(cmp.Compare(len(b.users), len(a.users)), slices.Compare(a.users, b.users))
	})
	return list
}

// closure returns the names of all shapes and enums of an operation, in order.
func (t *table) closure(o operationText) []string {
	var names []string
	seen := make(map[string]bool)
	var reach func(refs []string)
	reach = func(refs []string) {
		for _, ref := range refs {
			if !seen[ref] {
				seen[ref] = true
				names = append(names, ref)
				reach(t.shapes[ref].refs)
			}
		}
	}
	reach(o.refs)
	return names
}

// numbers returns the numbers of blocks as text, such as "0,4-7".
func numbers(set map[int]bool) string {
	list := slices.Sorted(maps.Keys(set))
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		if part := strconv.Itoa(list[i]); j > i {
			parts = append(parts, part+"-"+strconv.Itoa(list[j]))
		} else {
			parts = append(parts, part)
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}

// deflate appends the compressed text, and returns its size.
func deflate(b *bytes.Buffer, text string) (int, error) {
	before := b.Len()
	w, err := flate.NewWriter(b, flate.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, fmt.Errorf("compress: %w", err)
	}
	return b.Len() - before, nil
}
