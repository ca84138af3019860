// Unions: structures of which exactly one member has a value.

package call

import (
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// unknownUnion is the member that the AWS CLI prints for a union whose member it does not know.
const unknownUnion = "SDK_UNKNOWN_MEMBER"

// unknownMember returns the value of unknownUnion if a reply sets a member that the union does not
// have. set has the names on the wire of the members that the reply sets.
func unknownMember(s *model.Shape, set []string) (any, error) {
	if len(set) != 1 {
		return nil, fmt.Errorf("%s must have one and only one member set", s.Name)
	}
	for _, m := range s.Members {
		if m.Wire() == set[0] {
			return nil, nil
		}
	}
	o := new(document.Object)
	o.Set("name", set[0])
	return o, nil
}
