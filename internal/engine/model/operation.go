package model

// An Operation is something that a service can be asked to do.
type Operation struct {
	Name    string // "DescribeInstances"
	CLIName string // "describe-instances"
	Method  string // of HTTP
	URI     string // with parameters in braces and sometimes a query: "/{Bucket}?list-type=2"

	// Input has a structure as its shape; nil means that the operation takes
	// nothing. LocationName and XMLNamespace say what element of XML it is, if any.
	Input *Member

	// Output has a structure as its shape; nil means that the reply says nothing.
	Output *Member

	ResultWrapper string // of Query: the element of the reply that the output is in; "" is none
	Unsigned      bool   // no credentials are needed
	Paginator     *Paginator
	Errors        []*Shape // the errors that the model names, with their members
}

// A Parameter is an option of an operation on the command line.
type Parameter struct {
	Name   string // without the dashes: "instance-ids"
	Member *Member
}

// Parameters returns the options of the operation, in the model's order. A boolean
// one has a counterpart, --no-NAME.
func (o *Operation) Parameters() []Parameter {
	if o.Input == nil {
		return nil
	}
	list := make([]Parameter, 0, len(o.Input.Shape.Members))
	for _, m := range o.Input.Shape.Members {
		list = append(list, Parameter{CLIName(m.Name), m})
	}
	return list
}

// A Paginator says how the pages of an operation's result follow one another. The
// entries of the lists Output, Result and NonAggregate are paths: names of members
// joined by dots, as in JMESPath.
type Paginator struct {
	Input        []string // members of the input that say where to go on; [] means there is always one page
	Output       []string // where a page has the value of the Input in the same place
	Limit        string   // the member of the input that is the page's size; "" is none
	More         string   // where a page says that there are more; "" means that Output tells
	Result       []string // what is collected, the most important first; [] means the paginator is not used
	NonAggregate []string // what is the same on each page
}
