// Preparation and validation of the input.

package call

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// prepare returns the input with the members that clients add: idempotency tokens, and for S3 the
// URL encoding of keys that XML cannot represent.
func prepare(svc *model.Service, op *model.Operation, input *document.Object) *document.Object {
	all := new(document.Object)
	for name, v := range input.All() {
		if v != nil {
			all.Set(name, v)
		}
	}
	if op.Input == nil {
		return all
	}
	for _, m := range op.Input.Shape.Members {
		v, ok := all.Get(m.Name)
		if m.Idempotency && !ok {
			all.Set(m.Name, uuid())
		}
		if id, isText := v.(string); m.LastPart && isText {
			all.Set(m.Name, id[strings.LastIndexByte(id, '/')+1:])
		}
	}
	if _, ok := all.Get("EncodingType"); !ok && urlEncoded(svc, op) {
		all.Set("EncodingType", "url")
	}
	return all
}

// uuid returns a random UUID.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// validate checks names, required members and least lengths of the input, like the AWS CLI. The
// error has a line for each mistake.
func validate(op *model.Operation, input *document.Object) error {
	if op.Input == nil {
		for name := range input.All() {
			return &InputError{op.Name, fmt.Sprintf("Unknown parameter in input: %q, must be one of: ", name)}
		}
		return nil
	}
	v := validator{}
	v.structure("", op.Input.Shape, input)
	if len(v.mistakes) > 0 {
		return &InputError{op.Name, strings.Join(v.mistakes, "\n")}
	}
	return nil
}

// An InputError reports an invalid input.
type InputError struct {
	Operation string
	Reason    string
}

func (e *InputError) Error() string { return "Parameter validation failed:\n" + e.Reason }

type validator struct{ mistakes []string }

func (v *validator) add(format string, args ...any) {
	v.mistakes = append(v.mistakes, fmt.Sprintf(format, args...))
}

func (v *validator) structure(path string, s *model.Shape, o *document.Object) {
	if s.Document {
		return
	}
	where := "input"
	if path != "" {
		where = strings.TrimPrefix(path, ".")
	}
	var names []string
	for _, m := range s.Members {
		names = append(names, m.Name)
		if _, ok := o.Get(m.Name); m.Required && !ok {
			v.add("Missing required parameter in %s: %q", where, m.Name)
		}
	}
	for name, value := range o.All() {
		m := s.Member(name)
		if m == nil {
			v.add("Unknown parameter in %s: %q, must be one of: %s", where, name, strings.Join(names, ", "))
			continue
		}
		v.value(path+"."+name, m.Shape, value)
	}
}

// value checks a value and its parts. It ignores values of the wrong type, because the writer of
// the request reports them.
func (v *validator) value(path string, s *model.Shape, value any) {
	length := -1
	switch value := value.(type) {
	case *document.Object:
		switch s.Kind {
		case model.Structure:
			v.structure(path, s, value)
		case model.Map: // the AWS CLI does not check the number of entries
			for key, e := range value.All() {
				v.value(path+"."+key, s.Value.Shape, e)
			}
		}
	case []any:
		if s.Kind == model.List {
			length = len(value)
			for i, e := range value {
				v.value(fmt.Sprintf("%s[%d]", path, i), s.Element.Shape, e)
			}
		}
	case string:
		if s.Kind == model.String {
			length = len([]rune(value))
		}
	case int64:
		if (s.Kind == model.Integer || s.Kind == model.Long) && value < int64(s.Min) && s.Min > 0 {
			v.add("Invalid range for parameter %s, value: %d, valid min value: %d", strings.TrimPrefix(path, "."), value, s.Min)
		}
	}
	if length >= 0 && length < s.Min {
		v.add("Invalid length for parameter %s, value: %d, valid min length: %d", strings.TrimPrefix(path, "."), length, s.Min)
	}
}
