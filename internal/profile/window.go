package profile

import "time"

// defaultWindow is the AWS CLI's: it renews a token with less left.
const defaultWindow = 15 * time.Minute

// Window is how much of a token's life must be left for it not to be renewed:
// sso_refresh_window, or 15 minutes.
func (s Session) Window() time.Duration {
	if !s.HasWindow {
		return defaultWindow
	}
	return s.RefreshWindow
}
