// Sessions of S3 Express. A request for a directory bucket has the signature of a session's keys.

package call

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A bucketSession holds the keys for a directory bucket.
type bucketSession struct {
	keys Credentials
	end  time.Time
}

// sessionMargin is the time before the end of a session in which the client gets a new one.
const sessionMargin = time.Minute

// sessionFor returns keys for a directory bucket. The client keeps them until shortly before their end.
func (c *Client) sessionFor(ctx context.Context, svc *model.Service, bucket string) (Credentials, error) {
	c.mu.Lock()
	known, ok := c.sessions[bucket]
	c.mu.Unlock()
	if ok && c.now().Before(known.end.Add(-sessionMargin)) {
		return known.keys, nil
	}
	op, ok := svc.Operation("create-session")
	if !ok {
		return Credentials{}, errors.New("no operation CreateSession") // impossible: the tables have it
	}
	input := new(document.Object)
	input.Set("Bucket", bucket)
	out, err := c.Call(ctx, svc, op, input)
	if err != nil {
		return Credentials{}, err
	}
	v, _ := out.Get("Credentials")
	o, _ := v.(*document.Object)
	text := func(name string) string {
		v, _ := o.Get(name)
		s, _ := v.(string)
		return s
	}
	end, err := time.Parse(time.RFC3339, text("Expiration"))
	if text("AccessKeyId") == "" || text("SecretAccessKey") == "" || err != nil && c.TimeFormat != "wire" {
		return Credentials{}, fmt.Errorf("CreateSession for %s: the reply has no keys", bucket)
	}
	made := bucketSession{Credentials{text("AccessKeyId"), secret.New(text("SecretAccessKey")), secret.New(text("SessionToken"))}, end}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions == nil {
		c.sessions = make(map[string]bucketSession)
	}
	c.sessions[bucket] = made
	return made.keys, nil
}
