package model

import "strings"

// A Route is what a request shows of its operation. Package opclass finds the operation of a
// request with it.
type Route struct {
	Name, CLIName string
	Method        string
	URI           string // as Operation.URI
	HostPrefix    string // as Operation.HostPrefix
	Unsigned      bool
}

// Routes returns the routes of all built-in operations, in the order of Operations. It reads all
// blocks of the table, but builds no shapes.
func (s *Service) Routes() ([]Route, error) {
	all := make([]int, len(s.blocks.spans))
	for i := range all {
		all[i] = i
	}
	list := make([]Route, 0, len(s.operations))
	err := s.blocks.with(all, func(text map[string]string) {
		for _, e := range s.operations {
			line, _, _ := strings.Cut(text[key("operation", e.name)], "\n")
			head := fields(line)
			if len(head) < 4 {
				continue // impossible: a test builds all operations
			}
			r := Route{Name: e.name, CLIName: CLIName(e.name), Method: head[2], URI: head[3], HostPrefix: head.get("host")}
			for _, f := range head[4:] {
				r.Unsigned = r.Unsigned || f == "unsigned"
			}
			list = append(list, r)
		}
	})
	return list, err
}

// Domains returns the domains of AWS's partitions: "amazonaws.com", "api.aws", …
func Domains() []string {
	table, err := tables.ReadFile(folder + partitionsTable)
	if err != nil {
		return nil // impossible: the table is embedded
	}
	var list []string
	seen := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		p := fields(strings.TrimSuffix(line, "\n"))
		for _, domain := range []string{p.get("suffix"), p.get("dual")} {
			if domain != "" && !seen[domain] {
				seen[domain] = true
				list = append(list, domain)
			}
		}
	}
	return list
}

// Suffix returns the domain of a region's partition, without and with IPv6: "amazonaws.com" and
// "api.aws".
func Suffix(region string) (plain, dual string) {
	p := partitionOf(region)
	return p.get("suffix"), p.get("dual")
}
