package call

import (
	"iter"
)

// ExitCode is that of the AWS CLI for an answer of a service.
func (e *ServiceError) ExitCode() int { return 254 }

// Answer is what the service called the error, and its message.
func (e *ServiceError) Answer() (code, message string) { return e.Code, e.Message }

// Members yields the further members of the error, for the formats that show them.
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

// NextStep says to set the clock, if it is so wrong that it may be why; else "".
func (e *ServiceError) NextStep() string {
	if !e.Clock.Wrong() {
		return ""
	}
	return "set the clock of this machine: it is " + e.Clock.String()
}
