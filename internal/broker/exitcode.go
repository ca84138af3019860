package broker

// ExitStatus is that of the AWS CLI for a session that has ended.
func (e *SessionError) ExitStatus() int { return 255 }

// ExitStatus is that of the AWS CLI for an answer of a service, or for none.
func (e *SharedError) ExitStatus() int {
	if e.Answered {
		return 254
	}
	return 255
}

// ExitStatus is that of the AWS CLI for its configuration.
func (e *OriginError) ExitStatus() int { return 253 }

// ErrorName is the AWS CLI's name for such errors.
func (e *OriginError) ErrorName() string { return "Configuration" }

// ExitStatus is that of the AWS CLI for its configuration.
func (e *EndpointsError) ExitStatus() int { return 253 }

// ErrorName is the AWS CLI's name for such errors.
func (e *EndpointsError) ErrorName() string { return "Configuration" }
