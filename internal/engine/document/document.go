// Package document holds JSON values. An object keeps the order of its members, because the AWS
// CLI prints members in the order of the reply.
//
// A value is one of nil, bool, int64, *big.Int, float64, string, []any and *[Object]. A *big.Int
// is an integer that is too large for an int64. Integers and floating-point numbers are different
// types, as in Python.
package document

import "iter"

// A File is the path of a file whose content is a value. Only the payload of a request can be a File.
type File string

// NewList returns an empty list with room for n elements. Unlike []any{}, the list has a capacity of
// at least one, so that it has an address of its own. YAML output shows by the address that one list
// occurs more than once.
func NewList(n int) []any { return make([]any, 0, max(1, n)) }

// An Object is a list of named members. The zero value is empty. An Object is not safe for
// concurrent changes.
type Object struct {
	names  []string
	values map[string]any
}

// Set sets the value of a member. A new member is added at the end.
func (o *Object) Set(name string, value any) {
	if o.values == nil {
		o.values = make(map[string]any)
	}
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

// Get returns the value of a member. A nil Object has no members.
func (o *Object) Get(name string) (any, bool) {
	if o == nil {
		return nil, false
	}
	v, ok := o.values[name]
	return v, ok
}

// Delete removes a member. It does nothing if the object has no such member.
func (o *Object) Delete(name string) {
	if _, ok := o.values[name]; !ok {
		return
	}
	delete(o.values, name)
	for i, n := range o.names {
		if n == name {
			o.names = append(o.names[:i:i], o.names[i+1:]...)
			return
		}
	}
}

// Len returns the number of members.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.names)
}

// All yields the members in order. The loop must not change the object.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if o == nil {
			return
		}
		for _, n := range o.names {
			if !yield(n, o.values[n]) {
				return
			}
		}
	}
}
