package profile

// ExitStatus is Code.
func (e *Error) ExitStatus() int { return e.Code }

// ErrorName is the AWS CLI's name for errors of the configuration, "" for others.
func (e *Error) ErrorName() string {
	if e.Code == 253 {
		return "Configuration"
	}
	return ""
}

// NextStep is Hint.
func (e *Error) NextStep() string { return e.Hint }

// NotSetUp is SetUp.
func (e *Error) NotSetUp() bool { return e.SetUp }
