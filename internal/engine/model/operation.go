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

	// EndpointParameters has the operation's parameters for the endpoint rules of the service. It is
	// empty if the service has no rules.
	EndpointParameters []EndpointParameter

	// Checksum is the member with the algorithm for the checksum of a request. It is "" if there is no such
	// member.
	Checksum      string
	Validation    string // the member that asks for a checksum of the reply; may be ""
	NeedsChecksum bool   // each request needs a checksum; otherwise a setting decides

	ResultWrapper string // for Query: the element of the reply that contains the output; may be ""
	Discovery     Discovery
	SendsVersion  bool // requests have a header with the version of the API
	Unsigned      bool // the request needs no credentials
	UnsignedBody  bool // the signature does not cover the body
	Gzip          bool // a large body is sent in gzip's format
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

// A Discovery says whether the endpoint comes from the operation DescribeEndpoints.
type Discovery uint8

// The values of Discovery.
const (
	NoDiscovery Discovery = iota
	MayDiscover
	NeedsDiscovery
)

// Stream returns the member of the input that is a payload of any size, or nil.
func (o *Operation) Stream() *Member {
	if o.Input == nil {
		return nil
	}
	if m := o.Input.Shape.Member(o.Input.Shape.Payload); m != nil && m.Streaming {
		return m
	}
	return nil
}

// An EndpointParameter is a parameter of endpoint rules. Exactly one of Value, Member and Path is set.
type EndpointParameter struct {
	Name   string // "ResourceArn"
	Value  string // in JSON
	Member string // the member of the input with the value
	Path   string // a JMESPath expression that finds the value in the input
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
