// Discovery of endpoints: the operation DescribeEndpoints of some services returns the host for the other
// operations.

package call

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A discovered is an endpoint that a service has named.
type discovered struct {
	base string
	end  time.Time
}

// errNoDiscovery has the AWS CLI's text.
var errNoDiscovery = errors.New("Endpoint Discovery is not enabled but this operation requires it.")

// discover returns the base URL for an operation. It returns "" if the operation uses the usual endpoint.
func (c *Client) discover(ctx context.Context, svc *model.Service, op *model.Operation) (string, error) {
	switch {
	case c.Endpoint != "", op.Discovery == model.NoDiscovery:
		return "", nil
	case c.NoDiscovery && op.Discovery == model.NeedsDiscovery:
		return "", errNoDiscovery
	case c.NoDiscovery, op.Discovery == model.MayDiscover && !c.AlwaysDiscover:
		return "", nil
	}
	c.mu.Lock()
	known := c.discovered[svc.Name]
	c.mu.Unlock()
	if known.base != "" && c.now().Before(known.end) {
		return known.base, nil
	}
	describe, ok := svc.Operation("describe-endpoints")
	if !ok {
		return "", fmt.Errorf("%s: no operation DescribeEndpoints", svc.Name) // impossible: the tables have it
	}
	out, err := c.Call(ctx, svc, describe, nil)
	if err != nil {
		return "", err
	}
	list, _ := out.Get("Endpoints")
	endpoints, _ := list.([]any)
	if len(endpoints) == 0 {
		return "", errors.New("DescribeEndpoints: the reply has no endpoint")
	}
	first, _ := endpoints[0].(*document.Object)
	v, _ := first.Get("Address")
	address, _ := v.(string)
	v, _ = first.Get("CachePeriodInMinutes")
	minutes, _ := v.(int64)
	made := discovered{"https://" + strings.TrimPrefix(address, "https://"), c.now().Add(time.Duration(minutes) * time.Minute)}
	if !ofPartition(made.base, c.Region) {
		return "", fmt.Errorf("DescribeEndpoints: %q is not a host of AWS in %s", address, c.Region)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.discovered == nil {
		c.discovered = make(map[string]discovered)
	}
	c.discovered[svc.Name] = made
	return made.base, nil
}

// forget drops the endpoint of a service if the service says that the endpoint is wrong. It reports whether
// to repeat the call.
func (c *Client) forget(svc *model.Service, err error) bool {
	var e *ServiceError
	if !errors.As(err, &e) || e.Status != 421 && e.Code != "InvalidEndpointException" {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.discovered[svc.Name]
	delete(c.discovered, svc.Name)
	return ok
}

// ofPartition reports whether a URL is a host in the domain of the region's partition. Requests with
// credentials go to no other host.
func ofPartition(base, region string) bool {
	u, err := url.Parse(base)
	if err != nil || u.Path != "" || u.Scheme != "https" || u.RawQuery != "" || u.User != nil {
		return false
	}
	data := model.PartitionData(region)
	for _, name := range []string{"dnsSuffix", "dualStackDnsSuffix"} {
		v, _ := data.Get(name)
		if suffix, _ := v.(string); suffix != "" && strings.HasSuffix(u.Host, "."+suffix) {
			return true
		}
	}
	return false
}
