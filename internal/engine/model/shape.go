package model

// A Kind is the type of a value.
type Kind uint8

// Values have the types of package document. A Structure and a Map are objects, a List is a
// list, Integer and Long are int64, Float and Double are float64. A Timestamp is a string,
// and a Blob is a string in base64, as on the command line and in output.
const (
	Structure Kind = iota
	List
	Map
	String
	Integer
	Long
	Float
	Double
	Boolean
	Timestamp
	Blob
)

// kinds has the names of the Kinds in the models.
var kinds = [...]string{
	"structure", "list", "map", "string", "integer", "long", "float", "double", "boolean", "timestamp", "blob",
}

// String returns the name of k in the models.
func (k Kind) String() string { return kinds[k] }

// A Shape is the form of a value. Shapes can be recursive.
type Shape struct {
	Name string // only Structures, Lists, Maps, and Strings in Lists of an output have names
	Kind Kind

	Members []*Member // the members of a Structure, in the order of the model and of output
	Payload string    // the member of a Structure that is the whole body; may be ""
	Element *Member   // the element of a List; its Name is ""
	Key     *Member   // the key of a Map; its Name is ""
	Value   *Member   // the value of a Map; its Name is ""

	Min       int  // the minimum length, or the minimum value of a number; 0 means no limit
	Sensitive bool // a String or Blob that must not be logged
	Document  bool // a Structure that can be any JSON value
	Union     bool // a Structure of which exactly one member has a value

	enum  string // the name of the allowed values in enums; "" allows any value
	enums enums

	Code  string // the code of an error Structure, if it differs from Name
	Retry Retry  // of an error Structure
}

// A Retry says whether the same request may succeed after an error.
type Retry uint8

// The values of Retry.
const (
	NoRetry Retry = iota // the model does not say
	Transient
	Throttled // the client sends too many requests
)

// Values returns the allowed values of a String in an input, in the order of the model. It returns
// nil if any value is allowed.
func (s *Shape) Values() []string {
	if s.enum == "" {
		return nil
	}
	return s.enums.values(s.enum)
}

// Member returns a member of a Structure by its name, or nil.
func (s *Shape) Member(name string) *Member {
	for _, m := range s.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// A Location is the part of a request or reply that contains a member.
type Location uint8

// The locations.
const (
	Body        Location = iota
	URI                  // in the path
	QueryString          // the keys of a Map are names of parameters
	Header
	Headers // a Map of all headers whose names begin with LocationName
	StatusCode
)

// A Member is a member of a structure, the element of a list, or the key or value of a map. It
// can also be the input or output of an operation. It describes how requests and replies contain
// a value.
type Member struct {
	Name  string // the name in input, output and parameters; "" outside a structure
	Shape *Shape

	Location     Location
	LocationName string // the name on the wire; "" means Name, or the default of the protocol
	QueryName    string // the name in EC2 requests, preferred to LocationName; may be ""
	XMLNamespace string // of the element; may be ""
	XMLPrefix    string // of the namespace
	TimeFormat   string // "iso8601", "rfc822" or "unixTimestamp", or these with "-milliseconds"; "" means the default of the protocol and location
	Flattened    bool   // a List or Map without an element around it
	XMLAttribute bool
	Required     bool
	JSONValue    bool // a String in a header that has JSON in base64
	Idempotency  bool // the client sends a random value if the caller gives no value
	Streaming    bool // a Blob of any size: on the command line, the name of a file
	LastPart     bool // of a value with slashes, the client sends only the last part
	Away         bool // a value makes the AWS CLI add a signed URL to the request
}

// Wire returns the name on the wire: LocationName, or Name.
func (m *Member) Wire() string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}
