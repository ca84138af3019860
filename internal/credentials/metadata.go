package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The variables of the container's credential endpoint.
const (
	relativeURI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	fullURI     = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	authToken   = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
	authFile    = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
)

// botocore's limits for the container's endpoint.
const (
	containerHost     = "http://169.254.170.2"
	containerAttempts = 3
	containerPause    = time.Second
	containerTimeout  = 2 * time.Second
)

// containerError returns the error for a container endpoint that returns no credentials. The
// text begins like botocore's text.
func containerError(text string) error {
	return &profile.Error{Msg: "Error when retrieving credentials from container-role: " + text, Code: 255}
}

// container gets the credentials of the container from its endpoint.
func container(ctx context.Context, app *command.App) (ssocache.Credentials, error) {
	from := relativeURI
	address := containerHost + app.Env.Get(relativeURI)
	if app.Env.Get(relativeURI) == "" {
		from, address = fullURI, app.Env.Get(fullURI)
	}
	if err := checkContainerURL(address); err != nil {
		return ssocache.Credentials{}, command.WithHint(err, "change %s", from)
	}
	var body []byte
	var err error
	for try := 1; ; try++ {
		// Read the file for each attempt, because another program replaces the file.
		var header http.Header
		if header, err = containerHeader(app); err != nil {
			break
		}
		if body, err = metadataRequest(ctx, http.MethodGet, address, header, containerTimeout); err == nil || try == containerAttempts {
			break
		}
		if err := sleep.For(ctx, containerPause); err != nil {
			return ssocache.Credentials{}, err
		}
	}
	if err != nil {
		return ssocache.Credentials{}, command.WithHint(containerError("Error retrieving metadata: "+err.Error()), "the endpoint comes from %s", from)
	}
	c, err := parseMetadata(body)
	if err != nil {
		return ssocache.Credentials{}, containerError(err.Error())
	}
	return c, nil
}

// containerHeader returns the headers of a request to the container's endpoint.
func containerHeader(app *command.App) (http.Header, error) {
	header := http.Header{"Accept": {"application/json"}}
	token := app.Env.Get(authToken)
	if path := app.Env.Get(authFile); path != "" {
		data, err := datafile.Read(path, datafile.Limit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", authFile, err)
		}
		token = string(data)
	}
	if strings.ContainsAny(token, "\r\n") {
		return nil, errors.New("Auth token value is not a legal header value")
	}
	if token != "" {
		header["Authorization"] = []string{token}
	}
	return header, nil
}

// checkContainerURL accepts https URLs, and http URLs whose host is this machine or one of
// AWS's container hosts. It returns an error for other URLs.
func checkContainerURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("the endpoint of the container is not a URL: %q", address)
	}
	hosts := []string{"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"}
	ip, err := netip.ParseAddr(u.Hostname())
	if u.Scheme == "https" || slices.Contains(hosts, u.Hostname()) || err == nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("Unsupported host '%s'.  Can only retrieve metadata from a loopback address or one of these hosts: %s", u.Hostname(), strings.Join(hosts, ", "))
}

// parseMetadata reads the credentials that a container's endpoint or an instance returns.
func parseMetadata(body []byte) (ssocache.Credentials, error) {
	var parsed struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		Token           string
		Expiration      string
		AccountID       string `json:"AccountId"`
		Code, Message   string
	}
	if err := json.Unmarshal(body, &parsed); err != nil {
		return ssocache.Credentials{}, errors.New("Unable to parse JSON returned from metadata service")
	}
	if parsed.AccessKeyID == "" || parsed.SecretAccessKey == "" || parsed.Token == "" {
		return ssocache.Credentials{}, fmt.Errorf("the reply has no credentials: %s %s", parsed.Code, parsed.Message)
	}
	c := ssocache.Credentials{
		AccessKeyID: parsed.AccessKeyID, SecretAccessKey: secret.New(parsed.SecretAccessKey),
		SessionToken: secret.New(parsed.Token), AccountID: parsed.AccountID,
	}
	var err error
	if parsed.Expiration != "" {
		c.Expiration, err = ssocache.ParseTime(parsed.Expiration)
	}
	return c, err
}

// The addresses of the EC2 instance metadata service.
const (
	metadataHost   = "http://169.254.169.254"
	metadataHostV6 = "http://[fd00:ec2::254]"
)

// metadata gets the credentials of the EC2 instance. If the metadata service does not answer,
// metadata returns the error for a profile without credentials.
func (f *fetcher) metadata(ctx context.Context, s profile.Start) (ssocache.Credentials, error) {
	p := s.Profile
	if s.Kind == profile.Metadata {
		p = f.p // like botocore, which takes the address from the profile in use
	}
	c, err := f.instance(ctx, p)
	if err == nil {
		return c, nil
	}
	if ctx.Err() != nil {
		return ssocache.Credentials{}, ctx.Err()
	}
	f.w.App.Log.Debug("no credentials of an EC2 instance", "why", err)
	if s.Kind == profile.Metadata {
		return ssocache.Credentials{}, noneInSource(s, "Ec2InstanceMetadata")
	}
	return ssocache.Credentials{}, signin.NoCredentials(f.w, f.p)
}

// instance asks the instance metadata service for credentials. It uses version 2 of the
// protocol, or version 1 if the service does not know version 2.
func (f *fetcher) instance(ctx context.Context, p *profile.Profile) (ssocache.Credentials, error) {
	get := func(variable, key string) string {
		if v := f.w.App.Env.Get(variable); v != "" {
			return v
		}
		s, _ := p.Get(key)
		return s.Value
	}
	if strings.EqualFold(get("AWS_EC2_METADATA_DISABLED", ""), "true") {
		return ssocache.Credentials{}, errors.New("AWS_EC2_METADATA_DISABLED is true")
	}
	base := strings.TrimRight(get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint"), "/")
	if base == "" {
		base = metadataHost
		if strings.EqualFold(get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode"), "ipv6") {
			base = metadataHostV6
		}
	}
	timeout := time.Second
	if n, err := strconv.Atoi(get("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout")); err == nil && n > 0 {
		timeout = time.Duration(n) * time.Second
	}
	header := http.Header{}
	token, err := metadataRequest(ctx, http.MethodPut, base+"/latest/api/token", http.Header{"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": {"21600"}}, timeout)
	var status statusError
	switch {
	case err == nil:
		header.Set("X-Aws-Ec2-Metadata-Token", string(token))
	case !errors.As(err, &status) || !slices.Contains([]int{403, 404, 405}, int(status)):
		return ssocache.Credentials{}, err
	case strings.EqualFold(get("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"), "true"):
		return ssocache.Credentials{}, err
	}
	const path = "/latest/meta-data/iam/security-credentials/"
	role, err := metadataRequest(ctx, http.MethodGet, base+path, header, timeout)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	body, err := metadataRequest(ctx, http.MethodGet, base+path+url.PathEscape(strings.TrimSpace(string(role))), header, timeout)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	return parseMetadata(body)
}

// A statusError is an HTTP status that is not 200.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("Received non 200 response %d from metadata service", int(e))
}

// metadataRequest makes one request, without a proxy and without redirects, and returns the
// body of the reply.
func metadataRequest(ctx context.Context, method, address string, header http.Header, timeout time.Duration) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header = header
	client := &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: (&net.Dialer{Timeout: timeout}).DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, datafile.Limit))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(resp.StatusCode)
	}
	return body, nil
}
