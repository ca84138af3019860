// Validation of the input against the model, with botocore's messages.

package arg

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// validate checks the input against the model, like botocore, and reports all mistakes together.
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

// shown returns a path as messages show it.
func shown(path string) string {
	if path == "" {
		return "input"
	}
	return strings.TrimPrefix(path, ".")
}

// pythonTypes lists the valid Python types of each kind.
var pythonTypes = [...]string{
	model.Structure: "<class 'dict'>",
	model.List:      "<class 'list'>, <class 'tuple'>",
	model.Map:       "<class 'dict'>",
	model.String:    "<class 'str'>",
	model.Integer:   "<class 'int'>",
	model.Long:      "<class 'int'>",
	model.Float:     "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
	model.Double:    "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
	model.Boolean:   "<class 'bool'>",
	model.Timestamp: "<class 'datetime.datetime'>, timestamp-string",
	model.Blob:      "<class 'bytes'>, <class 'bytearray'>, file-like object",
}

func (c *checker) check(path string, s *model.Shape, v any) {
	if s.Document {
		return
	}
	ok := false
	switch s.Kind {
	case model.Structure, model.Map:
		var o *document.Object
		if o, ok = v.(*document.Object); ok {
			c.checkObject(path, s, o)
		}
	case model.List:
		var list []any
		if list, ok = v.([]any); ok {
			c.checkList(path, s, list)
		}
	case model.String:
		var text string
		if text, ok = v.(string); ok {
			n := utf8.RuneCountInString(text)
			c.atLeast(path, s, "length", strconv.Itoa(n), float64(n))
		}
	case model.Integer, model.Long, model.Float, model.Double:
		ok = c.checkNumber(path, s, v)
	case model.Boolean:
		_, ok = v.(bool)
	case model.Timestamp:
		_, ok = timeOf(v)
	case model.Blob:
		_, isText := v.(string)
		_, isRaw := v.(rawFile)
		_, isFile := v.(document.File)
		ok = isText || isRaw || isFile
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

// checkNumber reports whether v is a number of the kind. In Python, booleans are numbers.
func (c *checker) checkNumber(path string, s *model.Shape, v any) bool {
	n := 0.0
	switch v := v.(type) {
	case bool:
		if v {
			n = 1
		}
	case int64:
		n = float64(v)
	case *big.Int:
		n, _ = new(big.Float).SetInt(v).Float64()
	case float64:
		if n = v; s.Kind == model.Integer || s.Kind == model.Long {
			return false
		}
	default:
		return false
	}
	c.atLeast(path, s, "value", repr(v), n)
	return true
}

// atLeast reports an error if a number or a length is below the minimum.
func (c *checker) atLeast(path string, s *model.Shape, quantity, text string, n float64) {
	if s.Min != 0 && n < float64(s.Min) {
		c.add("Invalid ", quantity, " for parameter ", shown(path), ", value: ", text, ", valid min ", quantity, ": ", strconv.Itoa(s.Min))
	}
}

func (c *checker) checkList(path string, s *model.Shape, v []any) {
	c.atLeast(path, s, "length", strconv.Itoa(len(v)), float64(len(v)))
	for i, e := range v {
		c.check(path+"["+strconv.Itoa(i)+"]", s.Element.Shape, e)
	}
}

func (c *checker) checkObject(path string, s *model.Shape, v *document.Object) {
	if s.Kind == model.Structure {
		c.checkStructure(path, s, v)
	} else {
		c.checkMap(path, s, v)
	}
}

func (c *checker) checkMap(path string, s *model.Shape, v *document.Object) {
	for name, value := range v.All() {
		c.check(path+" (key: "+name+")", s.Key.Shape, name)
		c.check(path+"."+name, s.Value.Shape, value)
	}
}

func (c *checker) checkStructure(path string, s *model.Shape, v *document.Object) {
	if s.Union && v.Len() != 1 {
		c.checkUnion(path, s, v)
	}
	members := make(map[string]*model.Member, len(s.Members))
	names := make([]string, len(s.Members))
	for i, m := range s.Members {
		members[m.Name], names[i] = m, m.Name
		// The client generates a missing idempotency token.
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
		if m := members[name]; m != nil && !(m.JSONValue && m.Location == model.Header) {
			c.check(path+"."+name, m.Shape, value)
		}
	}
}

// checkUnion reports an error for a union without a member or with several members.
func (c *checker) checkUnion(path string, s *model.Shape, v *document.Object) {
	var names []string
	for _, m := range s.Members {
		names = append(names, m.Name)
	}
	valid := strings.Join(names, ", ")
	if v.Len() == 0 { // the message of the AWS CLI lacks a space
		c.add("Must set one of the following keys for tagged unionstructure ", shown(path), ": ", valid, ".")
		return
	}
	c.add("Invalid number of parameters set for tagged union structure ", shown(path), ". Can only set one of the following keys: ", valid, ".")
}

// The valid values of Bucket in S3. A message shows these texts.
const (
	bucketName = `^[a-zA-Z0-9.\-_]{1,255}$`
	bucketARN  = `^arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:][a-zA-Z0-9\-.]{1,63}$|` +
		`^arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:][a-zA-Z0-9\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}$`
)

// checkBucket returns an error for an invalid bucket name.
func checkBucket(d *document.Object) error {
	v, given := d.Get("Bucket")
	bucket, isText := v.(string)
	_, isRaw := v.(rawFile)
	switch {
	case !given:
		return nil
	case isRaw:
		return &ValueError{"cannot use a string pattern on a bytes-like object"}
	case !isText:
		return &ValueError{"expected string or bytes-like object, got '" + bareTypeName(v) + "'"}
	}
	for _, pattern := range []string{bucketName, bucketARN} {
		if match, err := regexp.MatchString(pattern, bucket); match && err == nil {
			return nil
		}
	}
	return &UsageError{Message: fmt.Sprintf("Parameter validation failed:\nInvalid bucket name \"%s\": Bucket name must match the regex \"%s\" "+
		"or be an ARN matching the regex \"%s\"", bucket, bucketName, bucketARN)}
}
