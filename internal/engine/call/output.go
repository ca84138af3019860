// Conversion of a reply to the output of the operation, in the form that the AWS CLI prints.

package call

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A parser reads replies.
type parser struct {
	timeFormat string // as in Client
	zone       *time.Location
}

// output reads the reply to a successful operation.
func (p *parser) output(svc *model.Service, op *model.Operation, r *reply) (*document.Object, error) {
	o := new(document.Object)
	if op.Output == nil {
		return o, nil
	}
	shape := op.Output.Shape
	switch svc.Protocol {
	case model.Query, model.EC2:
		root, err := parseXML(r.body)
		if err != nil {
			return nil, err
		}
		if op.ResultWrapper != "" {
			if root = root.child(op.ResultWrapper); root == nil {
				return nil, fmt.Errorf("XML without element %s", op.ResultWrapper)
			}
		}
		return o, p.xmlStructure(shape, root, o)
	case model.JSON, model.CBOR:
		return o, p.jsonMembers(shape, r.body, o)
	}
	// The AWS CLI prints the members from headers before the members from the body.
	if err := p.headers(shape, r, o); err != nil {
		return nil, err
	}
	return o, p.restBody(svc, shape, r, o)
}

func (p *parser) jsonMembers(shape *model.Shape, body []byte, o *document.Object) error {
	if len(body) == 0 || !inBody(shape) {
		return nil
	}
	v, err := parseJSON(body)
	if err != nil {
		return err
	}
	from, ok := v.(*document.Object)
	if !ok {
		return errors.New("JSON that is not an object")
	}
	return p.jsonStructure(shape, from, o)
}

// inBody reports whether a structure has members in the body.
func inBody(s *model.Shape) bool {
	for _, m := range s.Members {
		if m.Location == model.Body {
			return true
		}
	}
	return false
}

// finish converts the output to the form that the AWS CLI prints. It decodes IAM's policy documents,
// templates in JSON and the text of consoles. It also decodes S3 keys, if the input does not ask for encoded keys.
func finish(svc *model.Service, op *model.Operation, input, output *document.Object) {
	switch svc.Name + " " + op.Name {
	case "ec2 GetConsoleOutput":
		decodeConsole(output)
	case "cloudformation GetTemplate":
		decodeTemplate(output)
	}
	if svc.Name == "iam" {
		decodePolicies(output)
	}
	if _, ok := input.Get("EncodingType"); !ok && urlEncoded(svc, op) {
		decodeKeys(output)
	}
}

// urlEncoded reports whether the operation can return URL-encoded keys. XML cannot represent
// every character of a key without this encoding.
func urlEncoded(svc *model.Service, op *model.Operation) bool {
	if svc.Name != "s3api" || op.Input == nil {
		return false
	}
	switch op.Name {
	case "ListObjects", "ListObjectsV2", "ListObjectVersions":
		return op.Input.Shape.Member("EncodingType") != nil
	}
	return false
}

// decodeKeys decodes the URL-encoded keys of a listing.
func decodeKeys(output *document.Object) {
	if v, _ := output.Get("EncodingType"); v != "url" {
		return
	}
	for _, name := range []string{"Delimiter", "Prefix", "StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker"} {
		decodeMember(output, name)
	}
	for list, name := range map[string]string{
		"Contents": "Key", "CommonPrefixes": "Prefix", "Versions": "Key", "DeleteMarkers": "Key", "Uploads": "Key",
	} {
		v, _ := output.Get(list)
		elements, _ := v.([]any)
		for _, e := range elements {
			if o, ok := e.(*document.Object); ok {
				decodeMember(o, name)
			}
		}
	}
}

func decodeMember(o *document.Object, name string) {
	v, _ := o.Get(name)
	text, ok := v.(string)
	if !ok {
		return
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		o.Set(name, plain)
	}
}

// decodePolicies replaces URL-encoded policy documents at any depth by decoded objects.
func decodePolicies(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			decodePolicies(e)
		}
	case *document.Object:
		plain := make(map[string]any)
		for name, e := range v.All() {
			if text, ok := e.(string); ok && isPolicy(name) {
				plain[name] = policy(text)
			} else {
				decodePolicies(e)
			}
		}
		for name, e := range plain {
			v.Set(name, e)
		}
	}
}

// isPolicy reports whether a member of IAM's output is a policy document.
func isPolicy(name string) bool {
	return name == "AssumeRolePolicyDocument" || name == "PolicyDocument" || name == "Document"
}

// policy decodes a policy document. It returns any other text unchanged.
func policy(text string) any {
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text
	}
	v, err := parseJSON([]byte(plain))
	if err != nil {
		return text
	}
	return v
}

// bucketLocation is the shape whose only member is the text of the root element.
const bucketLocation = "GetBucketLocationOutput"

// textOrNull returns nil for an empty text. S3 sends no text for the region us-east-1.
func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// decodeTemplate replaces the text of a template in JSON by its value. A template in YAML stays a text.
func decodeTemplate(output *document.Object) {
	const name = "TemplateBody"
	v, _ := output.Get(name)
	text, ok := v.(string)
	if !ok {
		return
	}
	if value, err := parseJSON([]byte(text)); err == nil {
		output.Set(name, value)
	}
}

// decodeConsole decodes the base64 of the output of a console. Like Python, it ignores characters
// that do not belong to base64.
func decodeConsole(output *document.Object) {
	const name = "Output"
	v, _ := output.Get(name)
	text, ok := v.(string)
	if !ok {
		return
	}
	text = strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("+/=", r)) {
			return r
		}
		return -1
	}, text)
	if b, err := base64.StdEncoding.DecodeString(text); err == nil {
		output.Set(name, validText(b))
	}
}

// validText returns bytes as text. Like Python, it replaces each part of an invalid character by one
// replacement character.
func validText(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = beginning(b)
		}
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}

// beginning returns the number of bytes at the beginning of b that can begin a character. It is at
// least 1.
func beginning(b []byte) int {
	for n := min(len(b), 3); n > 1; n-- {
		for _, end := range []string{"\x80", "\x80\x80", "\xbf", "\xbf\xbf", "\x9f", "\x9f\x80"} {
			if whole := string(b[:n]) + end; utf8.ValidString(whole) && utf8.RuneCountInString(whole) == 1 {
				return n
			}
		}
	}
	return 1
}
