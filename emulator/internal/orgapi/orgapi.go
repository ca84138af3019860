// Package orgapi answers read-only operations of AWS Organizations, of the administration API of
// IAM Identity Center (sso-admin), and of its identity store.
//
// The three services use one protocol, JSON 1.1: the header X-Amz-Target names the operation, and
// the bodies are JSON. So this package describes each operation by its required members, the
// maximum of its pages, and a function. Pages, the checks of required members and errors are the
// same code for all operations.
package orgapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Call is a request whose signature is valid.
type Call struct {
	Region string // of the signature
	Body   []byte
	// Seal returns a page token for a text, and Open returns the text of a page token. Open
	// returns false if Seal did not return the token.
	Seal func(text string) string
	Open func(token string) (text string, ok bool)
}

// An Error is an error of a service. Its HTTP status is 400.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// An Operation is an operation of one of the services. Make it with [Find].
type Operation struct {
	// Service is the name of the service in signatures, such as "sso".
	Service string
	// Action is the name of the operation in IAM policies, such as "sso:ListInstances".
	Action string

	invalid string // the code of the error for a wrong request
	spec    spec
}

// A spec describes an operation.
type spec struct {
	required []string // members that the request must have
	maxPage  int      // the maximum of MaxResults; 0 means that the operation has no pages
	run      func(*Organization, *request) (any, error)
}

// A service holds the operations of a service by name.
type service struct {
	name       string // in signatures and in IAM policies
	invalid    string
	operations map[string]spec
}

// services returns the services by the prefix of X-Amz-Target.
func services() map[string]service {
	return map[string]service{
		"AWSOrganizationsV20161128": {"organizations", "InvalidInputException", organizations()},
		"SWBExternalService":        {"sso", "ValidationException", ssoAdmin()},
		"AWSIdentityStore":          {"identitystore", "ValidationException", identityStore()},
	}
}

// Find returns the operation that an X-Amz-Target names. It returns false if this package does
// not have the operation.
func Find(target string) (Operation, bool) {
	prefix, name, _ := strings.Cut(target, ".")
	s := services()[prefix]
	op, ok := s.operations[name]
	return Operation{s.name, s.name + ":" + name, s.invalid, op}, ok
}

// Actions returns the Action of each operation, in no particular order.
func Actions() []string {
	var out []string
	for _, s := range services() {
		for name := range s.operations {
			out = append(out, s.name+":"+name)
		}
	}
	return out
}

// Run returns the answer to a call, which the caller encodes as JSON. Its errors have the type
// *[Error].
func (op Operation) Run(o *Organization, c Call) (any, error) {
	r := &request{call: c, action: op.Action, max: op.spec.maxPage, invalid: op.invalid}
	members := map[string]json.RawMessage{}
	if err := errors.Join(json.Unmarshal(c.Body, &members), json.Unmarshal(c.Body, &r.input)); err != nil {
		return nil, &Error{"SerializationException", "the body is not the JSON of this operation: " + err.Error()}
	}
	for _, name := range op.spec.required {
		if v, ok := members[name]; !ok || string(v) == "null" {
			return nil, r.wrong("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", strings.ToLower(name[:1])+name[1:])
		}
	}
	if n := r.MaxResults; n != nil && op.spec.maxPage > 0 && (*n < 1 || *n > op.spec.maxPage) {
		return nil, r.wrong("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and %d", *n, op.spec.maxPage)
	}
	return op.spec.run(o, r)
}

// A request is a call with its decoded body.
type request struct {
	input
	call    Call
	action  string
	max     int
	invalid string
}

// An input holds the members of all requests. JSON ignores the case of names.
type input struct {
	AccountID, ParentID, ChildID, OrganizationalUnitID string
	InstanceARN, PermissionSetARN, ProvisioningStatus  string
	IdentityStoreID, UserID, GroupID                   string

	MemberID            struct{ UserID string }
	AlternateIdentifier struct{ UniqueAttribute attribute }
	Filters             []attribute
	MaxResults          *int
	NextToken           string
}

// An attribute is a path of an attribute and the value that it must have.
type attribute struct {
	AttributePath  string
	AttributeValue any
}

// wrong returns the error of the service for a wrong request.
func (r *request) wrong(format string, a ...any) error {
	return &Error{r.invalid, fmt.Sprintf(format, a...)}
}

// fields is an object of JSON.
type fields = map[string]any

// page returns an answer with one page of the items, which are sorted by key. name is the name of
// the list in the answer. show returns an item as the answer has it.
func page[T any](r *request, name string, items []T, key func(T) string, show func(T) any) (any, error) {
	begin := 0
	if r.NextToken != "" {
		text, ok := r.call.Open(r.NextToken)
		after, ours := strings.CutPrefix(text, r.action+"\x00")
		if !ok || !ours {
			return nil, r.wrong("You specified an invalid value for nextToken. You must get the value from the response to a previous call to the API.")
		}
		// Pages that begin after a key stay correct if the organization file is read again.
		begin, _ = slices.BinarySearchFunc(items, after, func(item T, after string) int {
			if key(item) <= after {
				return -1
			}
			return 1
		})
	}
	size := r.max
	if r.MaxResults != nil {
		size = *r.MaxResults
	}
	rest := items[begin:]
	list := []any{}
	for _, item := range rest[:min(size, len(rest))] {
		list = append(list, show(item))
	}
	out := fields{name: list}
	if len(rest) > size {
		out["NextToken"] = r.call.Seal(r.action + "\x00" + key(rest[size-1]))
	}
	return out, nil
}

func same[T any](v T) T     { return v }
func shown(text string) any { return text }
