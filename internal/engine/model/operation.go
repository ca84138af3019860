package model

// An Operation is an operation of a service.
type Operation struct {
	Name    string // "DescribeInstances"
	CLIName string // "describe-instances"
	Method  string // the HTTP method
	URI     string // with parameters in braces and sometimes a query: "/{Bucket}?list-type=2"

	// Input has a structure as its shape. It is nil if the operation has no input. LocationName
	// and XMLNamespace describe the XML element of the input; they may be empty.
	Input *Member

	// Output has a structure as its shape. It is nil if the operation has no output.
	Output *Member

	// HostPrefix is put before the host name. It can contain names of members in braces:
	// "api.", "{AccountId}.".
	HostPrefix string

	// Place is the name of the operation's endpoints, if they differ from those of other operations of
	// the service. See [Service.At].
	Place string

	// Checksum is the member with the algorithm for the checksum that each request needs. It is "" if
	// requests need no checksum.
	Checksum string

	ResultWrapper string // for Query: the element of the reply that contains the output; may be ""
	Unsigned      bool   // the request needs no credentials
	Paginator     *Paginator
	Rules         []Rule   // the changes that the AWS CLI makes to the options
	Errors        []*Shape // the errors in the model, with their members
}

// OutputStream returns the member of the output that is the whole body of the reply. The AWS CLI writes it
// to the file in the argument "outfile". OutputStream returns nil if the output has no such member.
func (o *Operation) OutputStream() *Member {
	if o.Output == nil {
		return nil
	}
	if m := o.Output.Shape.Member(o.Output.Shape.Payload); m != nil && m.Shape.Kind == Blob {
		return m
	}
	return nil
}

// A Parameter is an option of an operation on the command line.
type Parameter struct {
	Name   string // without the dashes: "instance-ids"
	Member *Member
}

// Parameters returns the options of the operation, in the order of the model. A boolean
// option also has the form --no-NAME.
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

// A Paginator describes the pages of an operation's result. The entries of Output, Result and
// NonAggregate are paths: names of members joined by dots, as in JMESPath. An entry of Output can also
// be an expression, such as "Shards[-1].ShardId".
type Paginator struct {
	Input        []string // members of the input that select the next page; empty if the result has one page
	Output       []string // the paths of the next values of the Input members
	Limit        string   // the member of the input with the page size; may be ""
	More         string   // the path of a boolean: more pages follow; "" if Output says whether pages follow
	Result       []string // the lists to collect, the most important first; if empty, the paginator has no effect
	NonAggregate []string // the values that are the same on each page
}
