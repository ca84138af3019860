// The encoding of binary values on the command line.

package servicecmd

import (
	"cmp"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// binaryFormat returns the encoding of binary values: from --cli-binary-format, or from
// cli_binary_format of the profile. It reads the profile only if the operation has binary values.
func (o *operation) binaryFormat() (string, error) {
	format := o.app.Flags.BinaryFormat
	if format != "" || o.op.Input == nil || !hasBlob(o.op.Input.Shape, make(map[*model.Shape]bool)) {
		return format, nil
	}
	p, err := workspace.Files(o.app).ResolveForLogin()
	if err != nil {
		return "", nil //nolint:nilerr // the call reports the error, after mistakes in the parameters
	}
	set, _ := p.Get("cli_binary_format")
	switch format := cmp.Or(set.Value, "base64"); format {
	case "base64", "raw-in-base64-out":
		return format, nil
	default:
		return "", &command.ConfigError{Code: "Configuration", Msg: "cli_binary_format: " + format + " is neither base64 nor raw-in-base64-out"}
	}
}

// hasBlob reports whether a shape has binary values. seen holds the structures that need no second look.
func hasBlob(s *model.Shape, seen map[*model.Shape]bool) bool {
	switch s.Kind {
	case model.Blob:
		return true
	case model.List:
		return hasBlob(s.Element.Shape, seen)
	case model.Map:
		return hasBlob(s.Value.Shape, seen)
	case model.Structure:
		if seen[s] {
			return false
		}
		seen[s] = true
		return slices.ContainsFunc(s.Members, func(m *model.Member) bool { return hasBlob(m.Shape, seen) })
	}
	return false
}
