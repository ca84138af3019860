package model

import (
	"embed"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// There is a table for each service. Its lines have fields, separated by tabs. A line with a tab
// at the beginning is a part of the line before it. The first fields of a line have a fixed order;
// the others have a name ("wire=instanceId"):
//
//	service	NAME	…
//	global	REGION
//	endpoint	PARTITION	VARIANT	REGION or *	host=HOST	sign=REGION
//	rules	endpoints
//		a line of the endpoint rules; see package rules
//	operation	NAME	METHOD	URI	…
//		in|out	SHAPE	…
//		error	SHAPE
//		parameter	NAME	value=JSON, member=NAME or path=EXPRESSION
//		pages	…
//		rule	KIND	…
//	structure	NAME	…
//		MEMBER	TYPE	…
//	list	NAME
//		element	TYPE	…
//	map	NAME
//		key	TYPE	…
//		value	TYPE	…
//	enum	NAME	VALUE|VALUE…
//
// [SplitName] says what the name of an operation is.
// A TYPE is the name of a simple kind, or of a structure, list or map. [Parse] reads this text.
//
// The files of the tables are compressed in blocks (DEFLATE), so that the program reads only the
// blocks with the shapes of one operation. A file begins with the length of its head in four bytes,
// most significant byte first. The head is a block with the first three kinds of lines and these
// lines, sorted by the name on the command line:
//
//	rules	BLOCK
//	blocks	SIZE	SIZE…
//	waiters	BLOCK
//	op	NAME	BLOCKS	BLOCKS
//	without	NAME	REASON
//
// The line blocks gives the size of each block after the head. The line of an operation gives the
// numbers of the blocks with its lines and shapes, and of the blocks with its enums: "0,4-7". A
// line without names an operation of AWS's models that the tables leave out. The line waiters gives
// the number of the block with the waiters. That block has only entries of this form, and EXPECTED is
// a string, a boolean or an integer in JSON:
//
//	waiter	NAME	OPERATION	DELAY	ATTEMPTS
//		STATE	MATCHER	EXPECTED	EXPRESSION
//
//go:embed tables
var tables embed.FS

// folder is the folder of the tables.
const folder = "tables/"

// Services returns the names of the services with built-in operations, sorted. It reads no table.
func Services() []string { return strings.Fields(serviceNames) }

// Has reports whether a service has built-in operations. It reads no table.
func Has(service string) bool {
	rest := serviceNames
	for service != "" && !strings.ContainsAny(service, " \n") {
		i := strings.Index(rest, service)
		if i < 1 {
			return false
		}
		end := i + len(service)
		if isSpace(rest[i-1]) && isSpace(rest[end]) {
			return true
		}
		rest = rest[end:]
	}
	return false
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' }

// Load returns a service by its name on the command line. It returns an error if there is
// no table for it. A service has a table even if none of its operations is built in.
func Load(service string) (*Service, error) {
	missing := fmt.Errorf("service %s: no table of operations", service)
	if service == "" || service == partitionsTable || strings.Contains(service, "/") {
		return nil, missing
	}
	opened, err := tables.Open(folder + service)
	if err != nil {
		return nil, missing
	}
	file, ok := opened.(io.ReaderAt)
	if !ok {
		return nil, missing // impossible: embedded files are readers
	}
	var size [4]byte
	if _, err := file.ReadAt(size[:], 0); err != nil {
		return nil, fmt.Errorf("service %s: %w", service, err)
	}
	b := &blocks{file: file}
	end := int64(len(size)) + int64(binary.BigEndian.Uint32(size[:]))
	head, err := b.inflate(span{int64(len(size)), end})
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", service, err)
	}
	s := &Service{Name: service, blocks: b}
	s.head(head, end)
	return s, nil
}

// head reads the head of a file. The blocks begin at the offset start.
func (s *Service) head(text string, start int64) {
	s.operations = make([]entry, 0, strings.Count(text, "\nop\t"))
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if op, ok := strings.CutPrefix(line, "op\t"); ok {
			e := entry{}
			e.name, op, _ = strings.Cut(op, "\t")
			e.shapes, e.enums, _ = strings.Cut(op, "\t")
			s.operations = append(s.operations, e)
			continue
		}
		f := fields(line)
		switch f[0] {
		case "blocks":
			for _, size := range f[1:] {
				end := start + int64(atoi(size))
				s.blocks.spans = append(s.blocks.spans, span{start, end})
				start = end
			}
			s.blocks.loaded = make([]bool, len(s.blocks.spans))
		case "waiters":
			s.waiters = f[1]
		case "without":
			s.without = append(s.without, f)
		default:
			s.line(f, line)
		}
	}
}

// line reads one of the first lines of a table.
func (s *Service) line(f row, line string) {
	switch f[0] {
	case "service":
		s.set(f[2:])
	case "global":
		s.global = f[1]
	case "rules":
		s.rules = f[1]
	case "endpoint":
		s.endpoints = append(s.endpoints, strings.TrimSuffix(line, "\n"))
	}
}

// Parse reads the table of a service, in the format of the generator. Parse builds no operations:
// [Service.Operation] builds an operation when a caller asks for it.
func Parse(name, text string) *Service {
	s := &Service{Name: name, blocks: new(blocks)}
	s.blocks.index(text)
	for text != "" {
		var lines string
		lines, text = cutEntry(text)
		f := fields(lines[:strings.IndexByte(lines, '\n')])
		if f[0] == "operation" {
			s.operations = append(s.operations, entry{name: f[1]})
		} else {
			s.line(f, lines)
		}
	}
	slices.SortFunc(s.operations, func(a, b entry) int { return strings.Compare(commandName(a.name), commandName(b.name)) })
	return s
}

// cutEntry cuts text before the second line that does not begin with a tab.
func cutEntry(text string) (entry, rest string) {
	end := 0
	for {
		n := strings.IndexByte(text[end:], '\n')
		if n < 0 {
			return text + "\n", ""
		}
		if end += n + 1; end == len(text) || text[end] != '\t' {
			return text[:end], text[end:]
		}
	}
}

func (s *Service) set(fields []string) {
	for _, f := range fields {
		key, value, _ := strings.Cut(f, "=")
		switch key {
		case "id":
			s.ID = value
		case "version":
			s.APIVersion = value
		case "protocol":
			s.Protocol = Protocol(value)
		case "endpoint":
			s.EndpointPrefix = value
		case "signing":
			s.SigningName = value
		case "json":
			s.JSONVersion = value
		case "target":
			s.TargetPrefix = value
		case "ns":
			s.XMLNamespace = value
		case "query":
			s.QueryErrors = true
		case "v2":
			s.SignatureV2 = true
		case "bearer":
			s.Bearer = true
		case "sigv4a":
			s.SigV4A = true
		}
	}
}

// numbers reads the numbers of blocks, such as "0,4-7".
func numbers(text string) []int {
	var list []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		for n := atoi(first); n <= atoi(last) && first != ""; n++ {
			list = append(list, n)
		}
	}
	return list
}

// atoi reads a number that the generator has written. The empty text means 0.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
