{{- define "connector.name" -}}
{{- printf "%s" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "connector.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The replicas alone: a pod that migrates takes no webhook and is no replica that a disruption budget could count. */ -}}
{{- define "connector.replicas" -}}
{{ include "connector.selector" . }}
app.kubernetes.io/component: replica
{{- end }}

{{- define "connector.labels" -}}
{{ include "connector.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "connector.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "connector.secret" -}}
{{ required "existingSecret: name a Secret with database_url, archive_key, nextcloud_app_password, nextcloud_shared_secret and admins.json" .Values.existingSecret }}
{{- end }}

{{- define "connector.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "connector.container" -}}
image: {{ include "connector.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
envFrom:
  - configMapRef:
      name: {{ include "connector.name" . }}
env:
  - name: Service__DatabaseConfiguration__ConnectionString_FILE
    value: /run/secrets/connector/database_url
  - name: Service__ArchiveConfiguration__EncryptionKey_FILE
    value: /run/secrets/connector/archive_key
  - name: Service__NextcloudConfiguration__AppPassword_FILE
    value: /run/secrets/connector/nextcloud_app_password
  - name: Service__NextcloudConfiguration__SharedSecret_FILE
    value: /run/secrets/connector/nextcloud_shared_secret
  - name: Service__ExchangeConfiguration__AdminsFile
    value: /run/secrets/connector/admins.json
volumeMounts:
  - name: secrets
    mountPath: /run/secrets/connector
    readOnly: true
  - name: tmp
    mountPath: /tmp
  - name: data
    mountPath: /data
{{- end }}

{{- define "connector.volumes" -}}
- name: secrets
  secret:
    secretName: {{ include "connector.secret" . }}
    defaultMode: 288 # 0440, whatever a reader makes of a leading zero
- name: tmp
  emptyDir: {}
- name: data
  emptyDir: {}
{{- end }}
