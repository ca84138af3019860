package idcenter

// ExitStatus is that of the AWS CLI for an answer of a service.
func (e *ServiceError) ExitStatus() int { return 254 }

// Answer is what the service called the error, and its message.
func (e *ServiceError) Answer() (code, message string) { return e.Code, e.Message }
