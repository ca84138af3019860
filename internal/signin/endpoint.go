package signin

import (
	"cmp"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// endpointParameters returns the parameters of AWS's endpoint rules that come from settings. The names of
// the settings are the AWS CLI's.
func endpointParameters(w *workspace.Workspace, p *profile.Profile, svc *model.Service) (map[string]any, error) {
	setting := func(variable, value string) string {
		if variable != "" {
			value = cmp.Or(w.App.Env.Get(variable), value)
		}
		return value
	}
	s3 := s3Settings(p)
	boolean := func(variable, key string) any {
		v := setting(variable, s3(key))
		if v == "" {
			return nil // the default
		}
		return strings.EqualFold(v, "true")
	}
	switch svc.Name {
	case "s3api":
		session, _ := p.Get("s3_disable_express_session_auth")
		return map[string]any{
			"Accelerate":                     boolean("", "use_accelerate_endpoint"),
			"UseArnRegion":                   boolean("AWS_S3_USE_ARN_REGION", "use_arn_region"),
			"DisableMultiRegionAccessPoints": boolean("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS", "s3_disable_multiregion_access_points"),
			"DisableS3ExpressSessionAuth":    strings.EqualFold(setting("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", session.Value), "true"),
		}, nil
	case "s3control":
		return map[string]any{
			"Accelerate": boolean("", "use_accelerate_endpoint"), "UseArnRegion": boolean("AWS_S3_USE_ARN_REGION", "use_arn_region"),
		}, nil
	}
	if !svc.HasAccountEndpoints() {
		return nil, nil
	}
	const variable, key = "AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode"
	set, _ := p.Get(key)
	switch mode := strings.ToLower(cmp.Or(setting(variable, set.Value), "preferred")); mode {
	case "preferred", "required", "disabled":
		if w.App.Flags.NoSignRequest {
			mode = "disabled"
		}
		return map[string]any{"AccountIdEndpointMode": mode}, nil
	default:
		return nil, &command.ConfigError{
			Code: "Configuration",
			Msg:  "The configured value '" + mode + "' for '" + key + "' is invalid. Valid values are: ('preferred', 'disabled', 'required').",
		}
	}
}

// setDiscovery sets whether the client asks services for their endpoints. The default is that it asks if the
// service needs it.
func setDiscovery(w *workspace.Workspace, p *profile.Profile, client *call.Client) error {
	const variable, key = "AWS_ENDPOINT_DISCOVERY_ENABLED", "endpoint_discovery_enabled"
	set, _ := p.Get(key)
	switch value := strings.ToLower(strings.TrimSpace(cmp.Or(w.App.Env.Get(variable), set.Value, "auto"))); value {
	case "auto", "true", "false":
		client.AlwaysDiscover, client.NoDiscovery = value == "true", value == "false"
		return nil
	default:
		return &command.ConfigError{
			Code: "Configuration",
			Msg:  "Unsupported configuration value for " + key + `. Expected one of ("true", "false", "auto") but got ` + value + ".",
		}
	}
}

// setSigV4A sets when the client signs with SigV4A, and for which regions.
func setSigV4A(w *workspace.Workspace, p *profile.Profile, client *call.Client) {
	setting := func(variable, key string) string {
		set, _ := p.Get(key)
		return cmp.Or(w.App.Env.Get(variable), set.Value)
	}
	client.RegionSet = strings.ReplaceAll(setting("AWS_SIGV4A_SIGNING_REGION_SET", "sigv4a_signing_region_set"), " ", "")
	for scheme := range strings.SplitSeq(setting("AWS_AUTH_SCHEME_PREFERENCE", "auth_scheme_preference"), ",") {
		switch strings.TrimSpace(scheme) {
		case "sigv4":
			client.NoSigV4A = true
			return
		case "sigv4a":
			return
		}
	}
}
