// The output of an operation, from the reply in the service's protocol to the
// form that the AWS CLI shows.

package call

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A parser reads replies.
type parser struct {
	timeFormat string // as in Client
	zone       *time.Location
}

// output reads the reply of an operation that succeeded.
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
				return nil, fmt.Errorf("it has no element %s", op.ResultWrapper)
			}
		}
		return o, p.xmlStructure(shape, root, o)
	case model.JSON:
		return o, p.jsonMembers(shape, r.body, o)
	}
	// As in the AWS CLI, what is in headers comes before what is in the body.
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
		return errors.New("its JSON is not an object")
	}
	return p.jsonStructure(shape, from, o)
}

// inBody says whether a structure has members in the body.
func inBody(s *model.Shape) bool {
	for _, m := range s.Members {
		if m.Location == model.Body {
			return true
		}
	}
	return false
}

// finish gives the output the form that the AWS CLI shows: keys of S3 are decoded
// if the caller did not ask for their encoding, and IAM's policy documents are
// objects, not encoded text.
func finish(svc *model.Service, op *model.Operation, asked, out *document.Object) {
	if svc.Name == "iam" {
		decodePolicies(out)
	}
	if _, ok := asked.Get("EncodingType"); !ok && urlEncoded(svc, op) {
		decodeKeys(out)
	}
}

// urlEncoded says whether keys in the operation's reply can be asked for in URL
// encoding. XML cannot hold every character of a key.
func urlEncoded(svc *model.Service, op *model.Operation) bool {
	if svc.Name != "s3api" || op.Input == nil {
		return false
	}
	switch op.Name {
	case "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads":
		return op.Input.Shape.Member("EncodingType") != nil
	}
	return false
}

// decodeKeys undoes the URL encoding in a listing.
func decodeKeys(out *document.Object) {
	if v, _ := out.Get("EncodingType"); v != "url" {
		return
	}
	for _, name := range []string{"Delimiter", "Prefix", "StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker"} {
		decodeMember(out, name)
	}
	for list, name := range map[string]string{
		"Contents": "Key", "CommonPrefixes": "Prefix", "Versions": "Key", "DeleteMarkers": "Key", "Uploads": "Key",
	} {
		v, _ := out.Get(list)
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

// decodePolicies replaces URL-encoded policy documents, wherever they are, by what
// they say.
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

// isPolicy says whether a member of IAM's output is a policy document.
func isPolicy(name string) bool {
	return name == "AssumeRolePolicyDocument" || name == "PolicyDocument" || name == "Document"
}

// policy is what the encoded text says; text that says nothing stays as it is.
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

// bucketLocation is the output whose only member is the root element itself.
const bucketLocation = "GetBucketLocationOutput"

// textOrNull is null for an empty text: the region us-east-1 is no text at all.
func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
