// Error replies of services.

package call

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
)

// A ServiceError is an error reply of a service. Its text is the AWS CLI's, and has the service's
// message on one line.
type ServiceError struct {
	Operation string // "DescribeInstances"
	Code      string // the HTTP status as text if the service sent no code
	Message   string
	Status    int    // the HTTP status
	RequestID string // "" if the service sent no id
	GaveUp    bool   // this was the last of the attempts that the client may make
	Retries   int    // if GaveUp is set, the number of retries before this reply
	Region    string // the region of the S3 bucket; "" if the reply does not name the region
	Clock     idcenter.Clock

	// Fields has the members of the error in the model, except Code and Message. The AWS CLI prints
	// them below the text. Fields may be nil.
	Fields *document.Object

	messageFirst bool
}

// MessageFirst reports whether the AWS CLI prints the message before the code in JSON. It depends on the
// protocol of the service.
func (e *ServiceError) MessageFirst() bool { return e.messageFirst }

func (e *ServiceError) Error() string {
	retries := ""
	if e.GaveUp {
		retries = fmt.Sprintf(" (reached max retries: %d)", e.Retries)
	}
	return strings.TrimRight(fmt.Sprintf("An error occurred (%s) when calling the %s operation%s: %s", e.Code, e.Operation, retries, e.Message), " ")
}

// Expired reports whether the credentials have expired. EC2 also sends RequestExpired for a
// signature that is too old.
func (e *ServiceError) Expired() bool {
	return slices.Contains([]string{"ExpiredToken", "ExpiredTokenException", "RequestExpired"}, e.Code)
}

// Transient reports whether the service may answer the same request later.
func (e *ServiceError) Transient() bool { return price(e) > 0 }

// ExitStatus returns the AWS CLI's exit code for an error reply.
func (e *ServiceError) ExitStatus() int { return 254 }

// Answer returns the service's error code and message.
func (e *ServiceError) Answer() (code, message string) { return e.Code, e.Message }

// Members yields Fields, for the output formats that print these members.
func (e *ServiceError) Members() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if e.Fields == nil {
			return
		}
		for name, v := range e.Fields.All() {
			if !yield(name, v) {
				return
			}
		}
	}
}

// NextStep returns a hint to correct the clock, or "" if the clock cannot be the cause.
func (e *ServiceError) NextStep() string {
	if !e.Clock.Wrong() {
		return ""
	}
	return "correct this machine's clock: it is " + e.Clock.String()
}

// refusal returns the error in the reply, or nil.
func (r *reply) refusal(svc *model.Service, op *model.Operation) error {
	if r.errorInside(svc, op) {
		r.status = http.StatusInternalServerError
	}
	if r.status >= 200 && r.status < 300 {
		return nil
	}
	e := &ServiceError{Operation: op.Name, Status: r.status, RequestID: r.requestID(), Region: r.header.Get("X-Amz-Bucket-Region"), Clock: r.clock}
	e.messageFirst = svc.Protocol != model.Query && svc.Protocol != model.EC2
	var err error
	endpoint := ""
	switch {
	case r.withoutError(svc):
		e.Message = http.StatusText(r.status)
	case svc.Protocol == model.JSON, svc.Protocol == model.RESTJSON, svc.Protocol == model.CBOR:
		err = e.readJSON(svc, op, r)
	default:
		endpoint, err = e.readXML(svc.Protocol, op, r)
	}
	if err != nil {
		return r.broken(op, err)
	}
	e.Code, e.Message = r.printable(cmp.Or(e.Code, strconv.Itoa(r.status))), r.printable(e.Message)
	if svc.Name == "s3api" {
		e.Message = s3Advice(e, r.printable(endpoint))
	}
	return e
}

// withoutError reports whether an error reply contains no error of the service. A proxy or a load
// balancer has sent such a reply, or it is a reply to a HEAD request.
func (r *reply) withoutError(svc *model.Service) bool {
	body := bytes.TrimSpace(r.body)
	if len(body) == 0 {
		return r.status >= 500 || svc.Protocol == model.RESTXML
	}
	return r.status >= 500 && bytes.HasPrefix(bytes.ToLower(body), []byte("<html>"))
}

// readXML reads an error in XML. It also returns the endpoint that S3 names in the error.
func (e *ServiceError) readXML(protocol model.Protocol, op *model.Operation, r *reply) (endpoint string, err error) {
	root, err := parseXML(r.body)
	if err != nil {
		return "", err
	}
	fault := root
	if errs := root.child("Errors"); errs != nil {
		fault = errs
	}
	if inner := fault.child("Error"); inner != nil {
		fault = inner
	}
	if fault.child("Code") == nil && fault.child("Message") == nil && fault.name != "Error" {
		return "", errors.New("XML that is not an error of the service")
	}
	e.Code, e.Message = fault.errorText("Code"), fault.errorText("Message")
	if fault.child("Message") == nil && protocol == model.RESTXML {
		e.Message = ""
	}
	e.Region = cmp.Or(e.Region, fault.value("Region"))
	e.RequestID = cmp.Or(e.RequestID, r.printable(cmp.Or(root.value("RequestId"), root.value("RequestID"))))
	if shape := errorShape(op, e.Code); shape != nil {
		p, fields := parser{}, new(document.Object)
		if err := p.xmlStructure(shape, fault, fields); err == nil { // if the details are invalid, leave them out
			e.setFields(r, fields)
		}
	}
	return fault.value("Endpoint"), nil
}

// errorText returns the text of an element of an error, as the AWS CLI prints it.
func (n *node) errorText(name string) string {
	c := n.child(name)
	switch {
	case c == nil:
		return "Unknown"
	case c.text == "" && len(c.children) == 0:
		return "None" // Python's null
	}
	return strings.TrimSpace(c.text)
}

// s3Advice returns the message of an S3 error with the AWS CLI's additions.
func s3Advice(e *ServiceError, endpoint string) string {
	const region = "You can fix this issue by explicitly providing the correct region location using the --region argument, " +
		"the AWS_DEFAULT_REGION environment variable, or the region variable in the AWS CLI configuration file.  " +
		`You can get the bucket's location by running "aws s3api get-bucket-location --bucket BUCKET".`
	switch {
	case strings.Contains(e.Message, "Please use AWS4-HMAC-SHA256"):
		return "You are attempting to operate on a bucket in a region that requires Signature Version 4.  " + region
	case e.Code == "PermanentRedirect" && endpoint != "" && e.Message != "":
		_, last := utf8.DecodeLastRuneInString(e.Message) // the full stop
		return e.Message[:len(e.Message)-last] + ": " + endpoint + "\n" + region
	case strings.Contains(e.Message, "AWS KMS managed keys require AWS Signature Version 4"):
		return e.Message + " You can enable AWS Signature Version 4 by running the command: \naws configure set s3.signature_version s3v4"
	}
	return e.Message
}

// readJSON reads an error in JSON. The code is in the body or in a header. In the REST protocol,
// the header takes precedence; in the other protocol, the body.
func (e *ServiceError) readJSON(svc *model.Service, op *model.Operation, r *reply) error {
	body := new(document.Object)
	if len(r.body) > 0 {
		v, err := parseJSON(r.body)
		var ok bool
		if body, ok = v.(*document.Object); err != nil || !ok {
			return errors.New("JSON that is not an error of the service")
		}
	}
	inHeader := r.header.Get("X-Amzn-Errortype")
	if svc.Protocol == model.RESTJSON {
		e.Code = inHeader
	}
	for _, name := range []string{"__type", "code", "Code"} {
		if v, _ := body.Get(name); e.Code == "" {
			e.Code, _ = v.(string)
		}
	}
	e.Code = cmp.Or(e.Code, inHeader)
	e.Code, _, _ = strings.Cut(e.Code, ":")
	if _, after, ok := strings.Cut(e.Code, "#"); ok {
		e.Code = after
	}
	shape := errorShape(op, e.Code)
	if code, kind, ok := strings.Cut(r.header.Get("X-Amzn-Query-Error"), ";"); ok && code != "" && kind != "" {
		e.Code = code
	}
	for _, name := range []string{"message", "Message", "errorMessage"} {
		if v, _ := body.Get(name); e.Message == "" {
			e.Message, _ = v.(string)
		}
	}
	if shape != nil {
		p, fields := parser{}, new(document.Object)
		if err := p.jsonStructure(shape, body, fields); err == nil { // if the details are invalid, leave them out
			e.setFields(r, fields)
		}
	}
	return nil
}

// errorShape returns the structure of the operation's error with this code, or nil.
func errorShape(op *model.Operation, code string) *model.Shape {
	for _, s := range op.Errors {
		if s.Name == code || s.Code != "" && s.Code == code {
			return s
		}
	}
	return nil
}

// setFields sets Fields to the members of the error except code and message.
func (e *ServiceError) setFields(r *reply, members *document.Object) {
	fields := new(document.Object)
	for name, v := range members.All() {
		if name != "Code" && name != "Message" {
			fields.Set(name, r.hide(v))
		}
	}
	if fields.Len() > 0 {
		e.Fields = fields
	}
}

// hide removes the secrets of the request from the strings in a value.
func (r *reply) hide(v any) any {
	switch v := v.(type) {
	case string:
		return idcenter.Redact(v, r.secrets)
	case []any:
		for i := range v {
			v[i] = r.hide(v[i])
		}
	case *document.Object:
		for name, inner := range v.All() {
			v.Set(name, r.hide(inner))
		}
	}
	return v
}
