package model

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// The tables have lines of fields, separated by tabs. A line without a tab at the beginning
// starts a service, an operation or a shape. The lines with a tab that follow are its
// parts. The first fields of a line have a fixed order; the others have a name
// ("wire=instanceId"):
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
// A TYPE is the name of a simple kind, or of a structure, list or map.
//
//go:embed tables/*.txt
var tables embed.FS

// An entry is an operation whose shapes are not built yet.
type entry struct {
	cliName string
	text    string
}

// Services returns the names of the services with a table, sorted.
func Services() []string {
	files, err := tables.ReadDir("tables")
	if err != nil {
		return nil // impossible: the folder is embedded
	}
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".txt"); name != endpointsTable {
			names = append(names, name)
		}
	}
	return names
}

// Load returns a service by its name on the command line. It returns an error if there is
// no table for it.
func Load(service string) (*Service, error) {
	text, err := tables.ReadFile("tables/" + service + ".txt")
	if err != nil || service == endpointsTable {
		return nil, fmt.Errorf("service %s: no table of operations", service)
	}
	return Parse(service, string(text)), nil
}

// Parse reads the table of a service, in the format of the generator. Parse builds no operations:
// [Service.Operation] builds an operation when a caller asks for it.
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

// cutBlock cuts text before the second line that does not begin with a tab.
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
