package arg

// A UsageError is a mistake in the parameters. Its text is the AWS CLI's.
type UsageError struct {
	Message string

	// Usage says that the AWS CLI shows how it is used, with the message.
	Usage bool
}

func (e *UsageError) Error() string { return e.Message }

// A ValueError is a value that cannot be read, where the AWS CLI has no words of
// its own: it prints those of Python and exits with 255, as for any other failure.
type ValueError struct{ Message string }

func (e *ValueError) Error() string { return e.Message }

// badParameter is a mistake in the value of one option; name has the dashes.
func badParameter(name, text string) error {
	return &UsageError{Message: "Error parsing parameter '" + name + "': " + text}
}

func badOption(name, text string) error {
	return &UsageError{Message: "argument " + name + ": " + text, Usage: true}
}
