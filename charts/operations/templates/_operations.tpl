{{- define "operations.all" -}}
{{- $name := include "library.fullname" . -}}
{{- $credentials := include "library.secret" (dict "root" . "named" .Values.secrets.credentials "suffix" "operations-credentials") -}}
{{- $bucket := .Values.backup.s3.bucket -}}
{{ include "library.serviceAccount" . }}
{{- if and .Values.persistence.enabled (not $bucket) }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ $name }}
  labels: {{- include "library.labels" . | nindent 4 }}
  annotations:
    # Backups outlive the release they are of.
    helm.sh/resource-policy: keep
spec: {{- include "library.claimSpec" (dict "root" . "claim" .Values.persistence) | nindent 2 }}
{{- end }}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ $name }}-backup
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  schedule: {{ .Values.backup.schedule | quote }}
  timeZone: {{ .Values.backup.timeZone | quote }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: {{ .Values.backup.withinSeconds }}
      template:
        metadata:
          labels: {{- include "library.podLabels" (dict "root" . "component" "backup") | nindent 12 }}
        spec:
          restartPolicy: Never
          serviceAccountName: {{ $name }}
          {{- include "library.podSecurity" . | nindent 10 }}
          {{- with include "library.scheduling" . }}
          {{- . | nindent 10 }}
          {{- end }}
          containers:
            - name: backup
              image: {{ include "library.image" . }}
              imagePullPolicy: {{ .Values.global.image.pullPolicy }}
              command: [node, main.js, backup, --out, {{ ternary "s3" "/backup" (ne $bucket "") }}, --keep-days, {{ .Values.backup.keepDays | quote }}, --keep-last, {{ .Values.backup.keepLast | quote }}]
              {{- include "library.containerSecurity" . | nindent 14 }}
              env:
                - name: NATS_URL
                  valueFrom: {secretKeyRef: {name: {{ $credentials }}, key: NATS_URL}}
                - name: MONGODB_URI
                  valueFrom: {secretKeyRef: {name: {{ $credentials }}, key: MONGODB_URI}}
                - {name: VERSION, value: {{ regexFind "[^:@/]+$" (include "library.image" .) | quote }}}
                {{- if $bucket }}
                {{- range $key, $value := dict "BUCKET" $bucket "PREFIX" .Values.backup.s3.prefix "REGION" .Values.backup.s3.region "ENDPOINT" .Values.backup.s3.endpoint "PATH_STYLE" .Values.backup.s3.pathStyle }}
                - {name: BACKUP_S3_{{ $key }}, value: {{ $value | toString | quote }}}
                {{- end }}
                - {name: BACKUP_S3_CREDENTIALS_FILE, value: /run/greenwatch/backup/credentials.json}
                {{- end }}
                {{- with .Values.coldStorage.existingClaim }}
                - {name: COLD_FOLDER, value: /cold}
                {{- end }}
                {{- with .Values.global.tls.caSecret }}
                - {name: NODE_EXTRA_CA_CERTS, value: /run/greenwatch/ca/ca.crt}
                {{- end }}
              resources: {{- toYaml .Values.resources | nindent 16 }}
              volumeMounts:
                - {name: tmp, mountPath: /tmp}
                {{- if $bucket }}
                - {name: bucket, mountPath: /run/greenwatch/backup, readOnly: true}
                {{- else }}
                - {name: backup, mountPath: /backup}
                {{- end }}
                {{- if .Values.coldStorage.existingClaim }}
                - {name: cold, mountPath: /cold, readOnly: true}
                {{- end }}
                {{- if .Values.global.tls.caSecret }}
                - {name: ca, mountPath: /run/greenwatch/ca, readOnly: true}
                {{- end }}
          volumes:
            - name: tmp
              emptyDir: {sizeLimit: {{ .Values.tmpSize }}}
            {{- if $bucket }}
            - name: bucket
              secret: {secretName: {{ include "library.secret" (dict "root" . "named" .Values.secrets.bucket "suffix" "backup-bucket") }}, defaultMode: 0440, items: [{key: credentials.json, path: credentials.json}]}
            {{- else }}
            - name: backup
              {{- if .Values.persistence.enabled }}
              persistentVolumeClaim: {claimName: {{ $name }}}
              {{- else }}
              emptyDir: {sizeLimit: {{ .Values.persistence.size }}}
              {{- end }}
            {{- end }}
            {{- with .Values.coldStorage.existingClaim }}
            - name: cold
              persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}
            {{- end }}
            {{- with .Values.global.tls.caSecret }}
            - name: ca
              secret: {secretName: {{ . }}, defaultMode: 0440, items: [{key: ca.crt, path: ca.crt}]}
            {{- end }}
---
{{ include "library.serverPolicy" (dict "root" . "egress" (include "library.egress" (dict "root" . "facts" (dict "servers" (list "mongodb" "nats"))))) }}
{{- end }}
