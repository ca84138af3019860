package model

// A Kind is the type of a value, or how a value is composed.
type Kind uint8

// Values are those of package document: a Structure and a Map is an object, a List
// a list, Integer and Long an int64, Float and Double a float64. A Timestamp and a
// Blob (in base64) is a string, as it stands on the command line and in output.
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

// kinds are their names in the models.
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
	Payload string    // of a Structure: the member that is the body as a whole; "" is none
	Element *Member   // of a List; it has no name
	Key     *Member   // of a Map; neither has a name
	Value   *Member

	Min       int  // the least length of a String, List, Map or Blob, the least value of a number; 0 is any
	Sensitive bool // of a String or Blob: not to be logged
	Document  bool // of a Structure: any JSON value

	Values []string // of a String of the input: the values that the model allows; nil means any. Only help uses them

	// Of the Structure of an error: its code, where that is not Name.
	Code string
}

// Member returns the member of a Structure that has the name; nil is none.
func (s *Shape) Member(name string) *Member {
	for _, m := range s.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// A Location is the part of a request or reply in which a member stands.
type Location uint8

// The locations.
const (
	Body        Location = iota
	URI                  // in the path
	QueryString          // a Map holds several parameters, whose names are its keys
	Header
	Headers // a Map: all headers whose names begin with LocationName
	StatusCode
)

// A Member is a member of a structure, the element of a list, the key or value of
// a map, or the input or output of an operation: a shape, and how it is written
// there.
type Member struct {
	Name  string // in input, output and parameters; "" for what is no member of a structure
	Shape *Shape

	Location     Location
	LocationName string // the name on the wire; "" is Name, or what the protocol says
	QueryName    string // of EC2's requests, before LocationName; "" is none
	XMLNamespace string // of the element; "" is none
	XMLPrefix    string // of the namespace
	TimeFormat   string // "iso8601", "rfc822" or "unixTimestamp"; "" is that of the protocol and location
	Flattened    bool   // a List or Map without an element around it
	XMLAttribute bool
	Required     bool
	Streaming    bool // the body is not read into memory by other clients
	JSONValue    bool // a String that holds JSON, in base64 if in a header
	Idempotency  bool // a random value is sent if none is given
}

// Wire returns the name on the wire: LocationName, or Name.
func (m *Member) Wire() string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}
