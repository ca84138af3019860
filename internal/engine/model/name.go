package model

import "strings"

// irregular lists the names that do not follow the rule of [CLIName].
var irregular = [...][2]string{
	{"CreateCachediSCSIVolume", "create-cached-iscsi-volume"},
	{"CreateStorediSCSIVolume", "create-stored-iscsi-volume"},
	{"DescribeCachediSCSIVolumes", "describe-cached-iscsi-volumes"},
	{"DescribeStorediSCSIVolumes", "describe-stored-iscsi-volumes"},
	{"ExecutePartiQLBatch", "execute-partiql-batch"},
	{"ExecutePartiQLStatement", "execute-partiql-statement"},
	{"ExecutePartiQLTransaction", "execute-partiql-transaction"},
	{"ListHITsForQualificationType", "list-hits-for-qualification-type"},
}

// CLIName returns the name of an operation or a member on the command line:
// "describe-instances" for "DescribeInstances", "role-arns" for "RoleARNs". The rule is the
// AWS CLI's (botocore's xform_name).
func CLIName(name string) string {
	for _, i := range irregular {
		if i[0] == name {
			return i[1]
		}
	}
	if strings.Contains(name, "-") {
		return name
	}
	name = splitAcronym(strings.ReplaceAll(name, "WhatsApp", "Whatsapp")) // botocore treats this name as one word
	var b strings.Builder
	for i := range len(name) {
		if i > 0 && isUpper(name[i]) {
			before := name[i-1]
			if i+1 < len(name) && isLower(name[i+1]) || isLower(before) || before >= '0' && before <= '9' {
				b.WriteByte('-')
			}
		}
		b.WriteByte(name[i])
	}
	return strings.ToLower(b.String())
}

// splitAcronym separates a plural acronym at the end of a name: "RoleARNs" becomes "Role-arns".
func splitAcronym(name string) string {
	stem, plural := strings.CutSuffix(name, "s")
	i := len(stem)
	for i > 0 && isUpper(stem[i-1]) {
		i--
	}
	if !plural || len(stem)-i < 2 {
		return name
	}
	return name[:i] + "-" + strings.ToLower(name[i:])
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
