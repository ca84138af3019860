package emulator

import "strings"

// These check texts by hand. Regular expressions would be compiled when the
// program starts, and most programs that link an emulator do not run one.

// wordy reports whether s has least to most bytes, all of them ASCII letters,
// digits or in extra.
func wordy(s string, least, most int, extra string) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for _, c := range []byte(s) {
		if !strings.ContainsRune(alphanumerics, rune(c)) && strings.IndexByte(extra, c) < 0 {
			return false
		}
	}
	return true
}

// made reports whether s consists of nothing but bytes of the alphabet.
func made(s, alphabet string) bool { return strings.Trim(s, alphabet) == "" }

const (
	nameExtra   = "_+=,.@-"   // what IAM allows in names
	serialExtra = "_+=/:,.@-" // and in the serial numbers of MFA devices
)

func isAccountID(s string) bool  { return len(s) == 12 && made(s, "0123456789") }
func isUserName(s string) bool   { return wordy(s, 2, 64, nameExtra) } // it becomes a role session name
func isSetName(s string) bool    { return wordy(s, 1, 32, nameExtra) }
func isRoleName(s string) bool   { return wordy(s, 1, 64, nameExtra) }
func isExternalID(s string) bool { return wordy(s, 2, 1224, nameExtra+":/") }
func isSerial(s string) bool     { return wordy(s, 9, 256, serialExtra) }
func isChallenge(s string) bool  { return wordy(s, 43, 43, "_-") } // SHA-256 in base64url
func isBucketName(s string) bool {
	return wordy(s, 3, 63, ".-") && s == strings.ToLower(s) && !strings.HasPrefix(s, ".") && !strings.HasPrefix(s, "-") &&
		!strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "-")
}

func isInstanceID(s string) bool {
	digits, ok := strings.CutPrefix(s, "i-")
	return ok && (len(digits) == 8 || len(digits) == 17) && made(digits, "0123456789abcdef")
}

// isScope follows RFC 6749 section 3.3.
func isScope(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

// roleOf takes the ARN of an IAM role apart.
func roleOf(arn string) (partition, account, name string, ok bool) {
	part := strings.SplitN(arn, ":", 6)
	if len(part) != 6 || part[0] != "arn" || part[2] != "iam" || part[3] != "" || !isAccountID(part[4]) {
		return "", "", "", false
	}
	path, ok := strings.CutPrefix(part[5], "role/")
	name = path[strings.LastIndex(path, "/")+1:]
	return part[1], part[4], name, ok && isRoleName(name)
}
