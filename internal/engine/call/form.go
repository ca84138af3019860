// The protocols Query and EC2: the request is a form, the reply is XML.

package call

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// form returns the input as a form.
func form(svc *model.Service, op *model.Operation, input *document.Object) ([]byte, error) {
	w := formWriter{ec2: svc.Protocol == model.EC2, operation: op.Name}
	w.add("Action", op.Name)
	w.add("Version", svc.APIVersion)
	if op.Input != nil {
		if err := w.structure("", op.Input.Shape, input); err != nil {
			return nil, err
		}
	}
	return encodeForm(w.parameters), nil
}

// A formWriter collects the parameters of the query protocols.
type formWriter struct {
	ec2        bool
	operation  string
	parameters [][2]string
}

func (w *formWriter) add(name, value string) {
	w.parameters = append(w.parameters, [2]string{name, value})
}

func (w *formWriter) structure(prefix string, s *model.Shape, o *document.Object) error {
	for _, m := range s.Members {
		v, ok := o.Get(m.Name)
		if !ok {
			continue
		}
		if err := w.value(join(prefix, w.name(m)), m, v); err != nil {
			return err
		}
	}
	return nil
}

// name returns the name of a parameter. EC2 capitalizes the names of its XML.
func (w *formWriter) name(m *model.Member) string {
	if !w.ec2 {
		return m.Wire()
	}
	if m.QueryName != "" {
		return m.QueryName
	}
	name := m.Wire()
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

func (w *formWriter) value(name string, m *model.Member, v any) error {
	switch m.Shape.Kind {
	case model.Structure:
		o, ok := v.(*document.Object)
		if !ok {
			return wrongType(w.operation, name, m.Shape.Kind, v)
		}
		return w.structure(name, m.Shape, o)
	case model.List:
		return w.list(name, m, v)
	case model.Map:
		return w.mapping(name, m, v)
	}
	text, err := scalar(w.operation, name, m.Shape, v, timeFormat(m, isoTime))
	if err != nil {
		return err
	}
	w.add(name, text)
	return nil
}

func (w *formWriter) list(name string, m *model.Member, v any) error {
	list, ok := v.([]any)
	if !ok {
		return wrongType(w.operation, name, m.Shape.Kind, v)
	}
	element := m.Shape.Element
	if !w.ec2 {
		switch {
		case len(list) == 0:
			w.add(name, "") // this protocol sends empty lists
		case !m.Flattened && element.LocationName == "":
			name += ".member"
		case !m.Flattened:
			name += "." + element.LocationName
		case element.LocationName != "":
			name = join(strings.TrimSuffix(name[:strings.LastIndex(name, ".")+1], "."), element.LocationName)
		}
	}
	for i, e := range list {
		if err := w.value(name+"."+strconv.Itoa(i+1), element, e); err != nil {
			return err
		}
	}
	return nil
}

func (w *formWriter) mapping(name string, m *model.Member, v any) error {
	o, ok := v.(*document.Object)
	if !ok {
		return wrongType(w.operation, name, m.Shape.Kind, v)
	}
	if !m.Flattened {
		name += ".entry"
	}
	i := 0
	for key, value := range o.All() {
		i++
		entry := name + "." + strconv.Itoa(i) + "."
		if err := w.value(entry+wireOr(m.Shape.Key, "key"), m.Shape.Key, key); err != nil {
			return err
		}
		if err := w.value(entry+wireOr(m.Shape.Value, "value"), m.Shape.Value, value); err != nil {
			return err
		}
	}
	return nil
}

// encodeForm encodes parameters as a form, in order.
func encodeForm(parameters [][2]string) []byte {
	var b bytes.Buffer
	for _, p := range parameters {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1]))
	}
	return b.Bytes()
}
