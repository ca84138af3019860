package opclass

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// An Operation is an operation of a service, with the parts of a request that identify it. Unlike
// the tables of package model, the operations here are complete: they include the operations that
// are not built in.
type Operation struct {
	Service string // the name in the AWS CLI: "s3api"
	Name    string // "PutObject"
	Class   Class

	Method     string
	URI        string // "/{Bucket}/{Key+}?tagging"
	HostPrefix string // put before the host name; may contain "{MEMBER}"

	Unsigned bool // requests have no signature
	Events   bool // requests are a stream of signed events
	Old      bool // deprecated

	// For the operations that are not built in. See [Operation.Parameters].
	query []string
	needs []string
}

// Services returns all services, with or without built-in operations, by their signing name. The
// result is shared: do not change it.
var Services = sync.OnceValues(func() (map[string][]*model.Service, error) {
	m := map[string][]*model.Service{}
	for _, name := range allNames() {
		s, err := model.Load(name)
		if err != nil {
			return nil, err
		}
		m[s.SigningName] = append(m[s.SigningName], s)
	}
	return m, nil
})

// allNames returns the names of all services, sorted.
func allNames() []string {
	names := model.Services()
	for _, m := range more() {
		names = append(names, m.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Operations returns the operations of a service.
func Operations(service *model.Service) ([]Operation, error) {
	fresh, err := model.Load(service.Name) // the blocks of the table can be freed afterwards
	if err != nil {
		return nil, err
	}
	routes, err := fresh.Routes()
	if err != nil {
		return nil, fmt.Errorf("operations of %s: %w", service.Name, err)
	}
	list := make([]Operation, 0, len(routes))
	known := map[string]bool{}
	for _, r := range routes {
		known[r.Name] = true
		list = append(list, Operation{
			Service: service.Name, Name: r.Name, Class: Of(service.Name, r.Name), Method: r.Method, URI: r.URI,
			HostPrefix: r.HostPrefix, Unsigned: r.Unsigned,
		})
	}
	for _, o := range more() {
		if o.Service == service.Name && !known[o.Name] {
			list = append(list, o)
		}
	}
	return list, nil
}

// Parameters returns the query parameters that a request of the operation can have, and those
// parameters and headers that it must have. "*" means any parameter, and a header begins with
// "header:". Both lists leave out the parameters in the URI.
func (o *Operation) Parameters(service *model.Service) (query, needs []string) {
	op, ok := service.Operation(model.CLIName(o.Name))
	if !ok || op.Name != o.Name {
		return o.query, o.needs
	}
	if op.Input == nil {
		return nil, nil
	}
	for _, m := range op.Input.Shape.Members {
		switch m.Location {
		case model.QueryString:
			name := m.Wire()
			if m.Shape.Kind == model.Map {
				name = "*"
			}
			query = append(query, name)
			if m.Required && name != "*" {
				needs = append(needs, name)
			}
		case model.Header:
			if m.Required {
				needs = append(needs, "header:"+m.Wire())
			}
		}
	}
	return query, needs
}

// Protocols returns the protocols in which clients call a service. Besides the protocols of
// package model, there is "cbor".
func Protocols(service *model.Service) []string {
	list := []string{string(service.Protocol)}
	if service.QueryErrors && service.Protocol == model.JSON {
		list = append(list, string(model.Query)) // the former protocol, which older clients use
	}
	return append(list, furtherProtocols()[service.Name]...)
}

// furtherProtocols returns the protocols in more.txt by service.
var furtherProtocols = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(moreLines) {
		f := strings.Fields(line)
		if len(f) == 3 && f[0] == "protocols" {
			m[f[1]] = strings.Split(f[2], ",")
		}
	}
	return m
})

//go:embed more.txt
var moreLines string

// more returns the operations in more.txt.
var more = sync.OnceValue(func() []Operation {
	var list []Operation
	for line := range strings.Lines(moreLines) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if f[0] != "operation" || len(f) < 5 {
			continue
		}
		o := Operation{Service: f[1], Name: f[2], Class: Of(f[1], f[2]), Method: f[3], URI: f[4]}
		for _, field := range f[5:] {
			switch key, value, _ := strings.Cut(field, "="); key {
			case "host":
				o.HostPrefix = value
			case "unsigned":
				o.Unsigned = true
			case "events":
				o.Events = true
			case "old":
				o.Old = true
			case "query":
				o.query = strings.Split(value, ",")
			case "needs":
				o.needs = strings.Split(value, ",")
			}
		}
		list = append(list, o)
	}
	return list
})
