package awsarg

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"lanyard/internal/awsmodel"
	"lanyard/internal/document"
)

// validate holds the input against the model, as botocore does, and tells all that
// is wrong at once.
func (p *parser) validate(d *document.Object) error {
	c := &checker{printer: printer{p.ordered}}
	c.check("", p.op.Input.Shape, d)
	if c.mistakes == nil {
		return nil
	}
	return &UsageError{Message: "Parameter validation failed:\n" + strings.Join(c.mistakes, "\n")}
}

type checker struct {
	printer  printer
	mistakes []string
}

func (c *checker) add(parts ...string) { c.mistakes = append(c.mistakes, strings.Join(parts, "")) }

// shown is a path as the messages have it.
func shown(path string) string {
	if path == "" {
		return "input"
	}
	return strings.TrimPrefix(path, ".")
}

// pythonTypes are the types that a value of the kind can have.
var pythonTypes = [...]string{
	awsmodel.Structure: "<class 'dict'>",
	awsmodel.List:      "<class 'list'>, <class 'tuple'>",
	awsmodel.Map:       "<class 'dict'>",
	awsmodel.String:    "<class 'str'>",
	awsmodel.Integer:   "<class 'int'>",
	awsmodel.Long:      "<class 'int'>",
	awsmodel.Float:     "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
	awsmodel.Double:    "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
	awsmodel.Boolean:   "<class 'bool'>",
	awsmodel.Timestamp: "<class 'datetime.datetime'>, timestamp-string",
	awsmodel.Blob:      "<class 'bytes'>, <class 'bytearray'>, file-like object",
}

func (c *checker) check(path string, s *awsmodel.Shape, v any) {
	if s.Document {
		return
	}
	ok := true
	switch v := v.(type) {
	case nil:
		ok = false
	case bool:
		switch s.Kind {
		case awsmodel.Boolean:
		case awsmodel.Integer, awsmodel.Long, awsmodel.Float, awsmodel.Double:
			c.atLeast(path, s, "value", "value", repr(v), map[bool]float64{true: 1}[v]) // to Python it is a number
		case awsmodel.Timestamp: // and so a time
		default:
			ok = false
		}
	case int64:
		switch s.Kind {
		case awsmodel.Integer, awsmodel.Long, awsmodel.Float, awsmodel.Double:
			c.atLeast(path, s, "value", "value", repr(v), float64(v))
		case awsmodel.Timestamp:
			_, ok = epoch(float64(v))
		default:
			ok = false
		}
	case float64:
		switch s.Kind {
		case awsmodel.Float, awsmodel.Double:
			c.atLeast(path, s, "value", "value", repr(v), v)
		case awsmodel.Timestamp:
			_, ok = epoch(v)
		default:
			ok = false
		}
	case string:
		ok = c.checkText(path, s, v)
	case raw:
		ok = s.Kind == awsmodel.Blob
	case []any:
		if ok = s.Kind == awsmodel.List; ok {
			c.checkList(path, s, v)
		}
	case *document.Object:
		switch s.Kind {
		case awsmodel.Structure:
			c.checkStructure(path, s, v)
		case awsmodel.Map:
			c.checkMap(path, s, v)
		default:
			ok = false
		}
	}
	if !ok {
		c.add("Invalid type for parameter ", shown(path), ", value: ", c.str(v), ", type: ", c.printer.typeName(v),
			", valid types: ", pythonTypes[s.Kind])
	}
}

func (c *checker) str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return c.printer.text(v)
}

func (c *checker) checkText(path string, s *awsmodel.Shape, v string) bool {
	switch s.Kind {
	case awsmodel.String:
		n := utf8.RuneCountInString(v)
		c.atLeast(path, s, "length", "length", strconv.Itoa(n), float64(n))
	case awsmodel.Blob:
	case awsmodel.Timestamp:
		_, ok := parseTime(v)
		return ok
	default:
		return false
	}
	return true
}

// atLeast holds a number or a length against the least one allowed.
func (c *checker) atLeast(path string, s *awsmodel.Shape, what, least, text string, n float64) {
	if s.Min != 0 && n < float64(s.Min) {
		c.add("Invalid ", what, " for parameter ", shown(path), ", value: ", text, ", valid min ", least, ": ", strconv.Itoa(s.Min))
	}
}

func (c *checker) checkList(path string, s *awsmodel.Shape, v []any) {
	c.atLeast(path, s, "length", "length", strconv.Itoa(len(v)), float64(len(v)))
	for i, e := range v {
		c.check(path+"["+strconv.Itoa(i)+"]", s.Element.Shape, e)
	}
}

func (c *checker) checkMap(path string, s *awsmodel.Shape, v *document.Object) {
	for name, value := range v.All() {
		c.check(path+" (key: "+name+")", s.Key.Shape, name)
		c.check(path+"."+name, s.Value.Shape, value)
	}
}

func (c *checker) checkStructure(path string, s *awsmodel.Shape, v *document.Object) {
	members := make(map[string]*awsmodel.Member, len(s.Members))
	names := make([]string, len(s.Members))
	for i, m := range s.Members {
		members[m.Name], names[i] = m, m.Name
		// A token is made where none is given.
		if m.Required && !m.Idempotency && !has(v, m.Name) {
			c.add("Missing required parameter in ", shown(path), `: "`, m.Name, `"`)
		}
	}
	valid := strings.Join(names, ", ")
	for name := range v.All() {
		if members[name] == nil {
			c.add("Unknown parameter in ", shown(path), `: "`, name, `", must be one of: `, valid)
		}
	}
	for name, value := range v.All() {
		if m := members[name]; m != nil && !(m.JSONValue && m.Location == awsmodel.Header) {
			c.check(path+"."+name, m.Shape, value)
		}
	}
}
