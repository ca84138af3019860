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
	Name    string // of a Structure, List or Map; "" for the others
	Kind    Kind
	Members []*Member // of a Structure, in the model's order: the order of output
	Payload string    // of a Structure: the member that is the whole body; "" if there is none
	Element *Member   // of a List, without a name
	Key     *Member   // of a Map, like Value without a name
	Value   *Member

	Min       int  // the least length of a String, List, Map or Blob, or the least value of a number; 0 for no limit
	Sensitive bool // of a String or Blob: must not be logged
	Document  bool // of a Structure: any JSON value

	Values []string // of a String of the input: the values that the model allows; nil means any. Only help uses them

	// Code is the code of an error Structure if it differs from Name.
	Code string
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
// can also be the input or output of an operation. It has a shape, and describes how requests and replies write
// the value.
type Member struct {
	Name  string // in input, output and parameters; "" for a Member outside a structure
	Shape *Shape

	Location     Location
	LocationName string // the name on the wire; "" means Name, or the default of the protocol
	QueryName    string // the name in EC2 requests, preferred to LocationName; may be ""
	XMLNamespace string // of the element; may be ""
	XMLPrefix    string // of the namespace
	TimeFormat   string // "iso8601", "rfc822" or "unixTimestamp"; "" means the default of the protocol and location
	Flattened    bool   // a List or Map without an element around it
	XMLAttribute bool
	Required     bool
	Streaming    bool // AWS's own clients stream this body
	JSONValue    bool // a String with JSON, encoded in base64 in a header
	Idempotency  bool // the client sends a random value if the caller gives none
}

// Wire returns the name on the wire: LocationName, or Name.
func (m *Member) Wire() string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}
