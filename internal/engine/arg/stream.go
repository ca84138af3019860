// Payloads of any size, which are files.

package arg

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// stream returns the file that the word of an option names. v can be the content of a file:// or fileb://
// file, in which the AWS CLI also looks for the name of a file.
func (p *parser) stream(o *option, v any) (any, error) {
	name, _ := v.(string)
	if p.o.LookupEnv != nil {
		name = userpath.ExpandUser(userpath.ExpandVars(name, p.o.LookupEnv), p.o.LookupEnv)
	}
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, badParameter(o.name, "Blob values must be a path to a file.")
	}
	return document.File(name), nil
}
