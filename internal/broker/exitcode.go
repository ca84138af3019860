package broker

// ExitCode is that of the AWS CLI for a session that has ended.
func (e *SessionError) ExitCode() int { return 255 }

// ExitCode is that of the AWS CLI for an answer of a service, or for none.
func (e *SharedError) ExitCode() int {
	if e.Answered {
		return 254
	}
	return 255
}

// ExitCode is that of the AWS CLI for its configuration.
func (e *OriginError) ExitCode() int { return 253 }

// ErrorName is the AWS CLI's name for such errors.
func (e *OriginError) ErrorName() string { return "Configuration" }

// ExitCode is that of the AWS CLI for its configuration.
func (e *EndpointsError) ExitCode() int { return 253 }

// ErrorName is the AWS CLI's name for such errors.
func (e *EndpointsError) ErrorName() string { return "Configuration" }
