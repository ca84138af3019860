package model

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// The tables are lines of fields between tabs. A line without a tab in front begins
// a service, an operation or a shape; the lines with one that follow are its parts.
// What a field means is said by its name ("wire=instanceId") or, at the beginning
// of a line, by its place:
//
//	service	NAME	…
//	operation	NAME	METHOD	URI	…
//		in|out	SHAPE	…
//		error	SHAPE
//		pages	…
//	structure	NAME	…
//		MEMBER	TYPE	…
//	list	NAME
//		element	TYPE	…
//	map	NAME
//		key	TYPE	…
//		value	TYPE	…
//
// A TYPE is the name of a kind without parts, or of a structure, list or map.
//
//go:embed tables/*.txt
var tables embed.FS

// An entry is an operation whose shapes are not built yet.
type entry struct {
	cliName string
	text    string
}

// Services returns the names of the services that there are tables of, sorted.
func Services() []string {
	files, err := tables.ReadDir("tables")
	if err != nil {
		return nil // the folder is part of the program
	}
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".txt"); name != endpointsTable {
			names = append(names, name)
		}
	}
	return names
}

// Load returns the service that has the name on the command line. It fails if there
// is no table of it.
func Load(service string) (*Service, error) {
	text, err := tables.ReadFile("tables/" + service + ".txt")
	if err != nil || service == endpointsTable {
		return nil, fmt.Errorf("service %s: no table of its operations", service)
	}
	return Parse(service, string(text)), nil
}

// Parse reads the table of a service, which must be as the generator writes it.
// Its operations are read when they are asked for.
func Parse(name, text string) *Service {
	s := &Service{Name: name, shapes: make(map[string]string)}
	for text != "" {
		var block string
		block, text = cutBlock(text)
		kind, rest, _ := strings.Cut(block, "\t")
		switch kind {
		case "service":
			s.set(strings.Split(strings.TrimSuffix(rest, "\n"), "\t")[1:])
		case "operation":
			op, _, _ := strings.Cut(rest, "\t")
			s.operations = append(s.operations, entry{CLIName(op), block})
		default:
			shape := rest[:strings.IndexAny(rest+"\n", "\t\n")]
			s.shapes[shape] = block
		}
	}
	slices.SortFunc(s.operations, func(a, b entry) int { return strings.Compare(a.cliName, b.cliName) })
	return s
}

// cutBlock cuts text before the second line that has no tab in front.
func cutBlock(text string) (block, rest string) {
	end := 0
	for {
		n := strings.IndexByte(text[end:], '\n')
		if n < 0 {
			return text, ""
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
		}
	}
}
