package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// SocketVariable names another socket for the agent, or "none" to do without one.
const SocketVariable = "LANYARD_AGENT_SOCKET"

// Address returns where the agent of a home folder listens, an absolute path or a
// pipe. "" means that the environment wants none.
func Address(lookupEnv func(string) (string, bool), home string) string {
	if own, _ := lookupEnv(SocketVariable); own == "none" {
		return ""
	} else if own != "" {
		if path, err := filepath.Abs(userpath.Expand(own, lookupEnv)); err == nil { // the agent is in another folder
			return path
		}
		return own
	}
	if real, err := filepath.EvalSymlinks(home); err == nil {
		home = real
	}
	sum := sha256.Sum256([]byte(home))
	return defaultAddress(lookupEnv, "agent-"+hex.EncodeToString(sum[:5]))
}
