package model

import "strings"

// A Missing is an operation of AWS's models that is not built in.
type Missing struct {
	Name, CLIName string
	Reason        string // one word, such as "events"; see Explain
}

// Without returns the operations of the models that are not built in, sorted by their name on the
// command line.
func (s *Service) Without() []Missing {
	list := make([]Missing, len(s.without))
	for i, f := range s.without {
		operation, command := SplitName(f[1])
		list[i] = Missing{operation, command, f[2]}
	}
	return list
}

// Explain returns a phrase for a reason why an operation is not built in.
func Explain(reason string) string {
	if name, ok := strings.CutPrefix(reason, "trait "); ok {
		return "its model has the unknown trait " + name
	}
	switch reason {
	case "auth":
		return "its requests need a token, or a signature that lanyard does not make"
	case "checksum":
		return "a setting of the AWS CLI decides about its checksum"
	case "command":
		return "the AWS CLI has no command for it, or a command with another name"
	case "compression":
		return "its requests are compressed"
	case "customized":
		return "the AWS CLI adds or changes options of this command"
	case "endpoint":
		return "its endpoint depends on the input or the account"
	case "events":
		return "it sends or receives a stream of events"
	case "options":
		return "the options of the AWS CLI differ from the model"
	case "outfile":
		return "it writes its output to a file"
	case "pages":
		return "its pages follow an expression"
	case "protocol":
		return "its service has a protocol that lanyard does not have"
	case "request":
		return "the AWS CLI changes the request"
	case "result":
		return "the AWS CLI changes the result, or reads it in another way"
	case "stream":
		return "its input is a file of any size"
	}
	return reason
}
