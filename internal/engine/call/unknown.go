// Members of replies that the tables do not have, because AWS has added them since. They can also be
// members of unions: structures of which exactly one member has a value.

package call

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// logUnknown writes the names of unknown members to the log, if the log is in use. It writes no values
// and no keys of maps, because they may be secret.
func (c *Client) logUnknown(ctx context.Context, svc *model.Service, op *model.Operation, r *reply) {
	log := c.log()
	if !log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	names := unknownMembers(svc, op, r)
	if len(names) == 0 {
		return
	}
	more := max(0, len(names)-maxUnknown)
	log.LogAttrs(ctx, slog.LevelDebug, "the reply has members that lanyard does not know",
		slog.String("operation", op.Name), slog.String("members", r.printable(strings.Join(names[:len(names)-more], " "))), slog.Int("more", more))
}

// maxUnknown is the largest number of names in a line of the log.
const maxUnknown = 20

// unknownMembers returns the paths of the members of a reply that the output of the operation does
// not have, such as "Reservations[].Instances[].newMember". Known members have the names of the
// output, and unknown members the names of the reply.
func unknownMembers(svc *model.Service, op *model.Operation, r *reply) []string {
	u := new(unknown)
	shape := new(model.Shape)
	if op.Output != nil {
		shape = op.Output.Shape
	}
	if m := shape.Member(shape.Payload); m != nil {
		if m.Shape.Kind != model.Structure || m.Shape.Document {
			return nil
		}
		u.path, shape = []string{m.Name}, m.Shape
	}
	if len(r.body) == 0 || shape.Name == bucketLocation {
		return nil
	}
	switch svc.Protocol {
	case model.JSON, model.RESTJSON:
		if v, err := parseJSON(r.body); err == nil {
			u.json(shape, v)
		}
		return u.names
	}
	root, err := parseXML(r.body)
	if err != nil {
		return nil
	}
	if svc.Protocol != model.RESTXML {
		if op.ResultWrapper != "" {
			root = root.child(op.ResultWrapper)
		}
		u.ignore = []string{"requestId", "RequestId", "ResponseMetadata"}
	}
	if root != nil {
		u.xml(shape, root)
	}
	return u.names
}

// An unknown collects names.
type unknown struct {
	path, names []string
	ignore      []string // the names at the top of a reply that belong to the protocol
}

func (u *unknown) add(name string) {
	if len(u.path) == 0 && slices.Contains(u.ignore, name) {
		return
	}
	full := strings.ReplaceAll(strings.Join(append(slices.Clone(u.path), name), "."), ".[]", "[]")
	if !slices.Contains(u.names, full) {
		u.names = append(u.names, full)
	}
}

// within calls f with a longer path.
func (u *unknown) within(name string, f func()) {
	u.path = append(u.path, name)
	f()
	u.path = u.path[:len(u.path)-1]
}

func (u *unknown) json(s *model.Shape, v any) {
	if s.Document {
		return
	}
	switch v := v.(type) {
	case []any:
		if s.Kind != model.List {
			return
		}
		u.within("[]", func() {
			for _, e := range v {
				u.json(s.Element.Shape, e)
			}
		})
	case *document.Object:
		for key, e := range v.All() {
			switch {
			case s.Kind == model.Map:
				u.within("[]", func() { u.json(s.Value.Shape, e) })
			case s.Kind != model.Structure || e == nil || key == "__type":
			default:
				i := slices.IndexFunc(s.Members, func(m *model.Member) bool { return m.Location == model.Body && m.Wire() == key })
				if i < 0 {
					u.add(key)
				} else {
					u.within(s.Members[i].Name, func() { u.json(s.Members[i].Shape, e) })
				}
			}
		}
	}
}

func (u *unknown) xml(s *model.Shape, n *node) {
	for _, child := range n.children {
		i := slices.IndexFunc(s.Members, func(m *model.Member) bool { return m.Location == model.Body && xmlName(m) == child.name })
		if i < 0 {
			u.add(child.name)
			continue
		}
		m := s.Members[i]
		u.within(m.Name, func() { u.xmlMember(m, child) })
	}
}

// xmlName returns the name of the elements of a member.
func xmlName(m *model.Member) string {
	if m.Flattened && m.Shape.Kind == model.List && m.Shape.Element.LocationName != "" {
		return m.Shape.Element.LocationName
	}
	return m.Wire()
}

func (u *unknown) xmlMember(m *model.Member, n *node) {
	elements := n.children
	if m.Flattened {
		elements = []*node{n}
	}
	switch m.Shape.Kind {
	case model.Structure:
		u.xml(m.Shape, n)
	case model.List:
		u.within("[]", func() {
			for _, e := range elements {
				u.xmlMember(m.Shape.Element, e)
			}
		})
	case model.Map:
		u.within("[]", func() {
			for _, e := range elements {
				if v := e.child(wireOr(m.Shape.Value, "value")); v != nil {
					u.xmlMember(m.Shape.Value, v)
				}
			}
		})
	}
}

// unknownUnion is the member that the AWS CLI prints for a union whose member it does not know.
const unknownUnion = "SDK_UNKNOWN_MEMBER"

// unknownMember returns the value of unknownUnion if a reply sets a member that the union does not
// have. set has the names on the wire of the members that the reply sets.
func unknownMember(s *model.Shape, set []string) (any, error) {
	if len(set) != 1 {
		return nil, fmt.Errorf("%s must have one and only one member set", s.Name)
	}
	for _, m := range s.Members {
		if m.Wire() == set[0] {
			return nil, nil
		}
	}
	o := new(document.Object)
	o.Set("name", set[0])
	return o, nil
}
