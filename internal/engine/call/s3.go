package call

import (
	"errors"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// moved returns the region in which a bucket is, if that is why S3 refused a
// request to the target; "" otherwise.
func (t target) moved(svc *model.Service, err error) string {
	var e *ServiceError
	if svc.Name != "s3api" || !errors.As(err, &e) || e.Region == "" || e.Region == t.region || checkRegion(e.Region) != nil {
		return ""
	}
	switch {
	case e.Status == 301, e.Status == 307, e.Code == "AuthorizationHeaderMalformed", e.Code == "PermanentRedirect",
		e.Code == "IllegalLocationConstraintException", e.Code == "400": // what a HEAD says of it
		return e.Region
	}
	return ""
}
