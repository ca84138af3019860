package profile

import (
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// scopes returns the scopes of sso_registration_scopes. No scope contains quotes or a
// comment, so both are dropped with a warning: the service would refuse the sign-in.
func (r *resolver) scopes(f found) []string {
	bare, _ := awsconfig.CutComment(f.Value)
	list := strings.Split(bare, ",")
	for i, scope := range list {
		list[i] = strings.Trim(strings.TrimSpace(scope), `"'`)
	}
	clean := SplitScopes(strings.Join(list, ","))
	if strings.Join(clean, ",") != strings.Join(SplitScopes(f.Value), ",") {
		r.warn(Warning{
			Text: place(f) + ": read as " + strconv.Quote(strings.Join(clean, ",")) +
				"; for the AWS CLI the quotes and the comment are part of the value",
			Hint: "write: sso_registration_scopes = " + strings.Join(clean, ","),
		})
	}
	return clean
}
