package workspace

import (
	"context"
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// maxThrottled is how long the requests for one role may be refused with status 429.
const maxThrottled = 5 * time.Minute

// A limited limits the requests for role credentials.
type limited struct {
	*idcenter.Client
	limit *ratelimit.Limiter
	now   func() time.Time
}

// RoleCredentials returns role credentials. It waits until the limiter allows each request, and
// repeats a request that the portal refused with status 429.
func (l limited) RoleCredentials(ctx context.Context, accessToken secret.String, accountID, roleName string) (idcenter.Credentials, error) {
	for start := l.now(); ; {
		allowed, err := l.limit.Wait(ctx)
		if err != nil {
			return idcenter.Credentials{}, err
		}
		c, err := l.Client.RoleCredentialsOnce(ctx, accessToken, accountID, roleName)
		var throttled *idcenter.ThrottledError
		switch {
		case errors.As(err, &throttled):
			allowed.Throttled(throttled.RetryAfter)
			if l.now().Sub(start) > maxThrottled {
				return c, err
			}
			continue
		case err == nil || !errors.Is(err, idcenter.ErrNetwork) && ctx.Err() == nil:
			allowed.Succeeded()
		default:
			allowed.Failed()
		}
		return c, err
	}
}
