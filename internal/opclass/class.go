// Package opclass says what AWS operations do: [Of] returns the class of an operation, and [Rules]
// are the rules of "lanyard exec --allow", which allow operations by class, name, region and account.
//
// The class follows from the name of the operation: names that begin with Get, List, Describe and
// similar words are reads, and all other names are writes. The file exceptions.txt has the
// operations for which this rule is wrong, and the reads that return secrets.
package opclass

import (
	_ "embed"
	"strings"
	"sync"
)

// A Class says what an operation does.
type Class uint8

// The classes. Write is the zero value, so an unknown operation is a write.
const (
	Write  Class = iota
	Read         // changes nothing, and returns no secret
	Secret       // changes nothing, but returns a secret such as a password
	Keys         // returns credentials or a token, which work without the proxy
)

// String returns the name of the class in exceptions.txt.
func (c Class) String() string { return classNames[c] }

var classNames = [...]string{"write", "read", "secret", "keys"}

// Of returns the class of an operation. service is its name in the AWS CLI, such as "s3api", and
// operation is the name in the API, such as "GetObject".
func Of(service, operation string) Class {
	if c, ok := exceptions()[service+" "+operation]; ok {
		return c
	}
	return byName(operation)
}

// readWords lists the words at the beginning of a read's name. A capital letter or a digit follows
// the word. Test is not in the list, because a third of the Test operations act.
var readWords = [...]string{
	"Get", "List", "Describe", "Head", "BatchGet", "BatchDescribe", "BatchList", "Search", "Query", "Scan", "Select",
	"Lookup", "Check", "Is", "Simulate", "Preview", "Validate", "Filter",
}

// byName returns the class that follows from the name alone.
func byName(operation string) Class {
	for _, word := range readWords {
		rest, ok := strings.CutPrefix(operation, word)
		if ok && (rest == "" || rest[0] >= 'A' && rest[0] <= 'Z' || rest[0] >= '0' && rest[0] <= '9') {
			return Read
		}
	}
	return Write
}

//go:embed exceptions.txt
var exceptionLines string

// exceptions returns the classes of exceptions.txt by "SERVICE OPERATION".
var exceptions = sync.OnceValue(func() map[string]Class {
	m := map[string]Class{}
	for line := range strings.Lines(exceptionLines) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] == "#" {
			continue
		}
		for c, name := range classNames {
			if name == f[2] {
				m[f[0]+" "+f[1]] = Class(c) //nolint:gosec // there are four classes
			}
		}
	}
	return m
})
