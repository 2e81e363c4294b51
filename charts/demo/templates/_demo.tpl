{{- define "demo.all" -}}
{{- $smsc := printf "%s-smsc" .Release.Name -}}
{{ include "library.serviceAccount" . }}
---
{{ include "demo.deployment" (dict "root" . "component" "devices" "name" (include "library.fullname" .) "script" "main.js" "ports" (dict "health" 8080)) }}
---
{{ include "demo.deployment" (dict "root" . "component" "smsc" "name" $smsc "script" "smsc.js" "ports" (dict "smpp" 2775)) }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $smsc }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector: {{- include "library.selector" (dict "root" . "component" "smsc") | nindent 4 }}
  ports:
    - {name: smpp, port: 2775, targetPort: smpp, protocol: TCP}
{{- if .Values.persistence.enabled }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "library.fullname" . }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec: {{- include "library.claimSpec" (dict "root" . "claim" .Values.persistence) | nindent 2 }}
{{- end }}
---
{{ include "library.serverPolicy" (dict "root" . "component" "devices" "ports" (list (dict "port" 8080 "callers" (list "test"))) "egress" (include "demo.egress" .)) }}
---
{{ include "library.serverPolicy" (dict "root" . "name" $smsc "component" "smsc" "ports" (list (dict "port" 2775 "callers" (list "notifications")))) }}
{{- end }}

{{- define "demo.egress" -}}
{{- $facts := dict "servers" (list "nats") -}}
{{ include "library.egress" (dict "root" . "facts" $facts) }}
- ports:
    - {protocol: TCP, port: 9212}
  to: {{- include "library.peer" (dict "root" . "name" "ingestion") | nindent 4 }}
- ports:
    - {protocol: TCP, port: 8000}
  to: {{- include "library.peer" (dict "root" . "name" "gateway") | nindent 4 }}
{{- end }}

{{/* Takes (dict "root" "component" "name" "script" "ports"). */}}
{{- define "demo.deployment" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $credentials := include "library.secret" (dict "root" $root "named" $values.secrets.credentials "suffix" "demo-credentials") -}}
{{- $plays := eq .component "devices" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  labels: {{- include "library.labels" $root | nindent 4 }}
spec:
  replicas: 1
  strategy: {type: Recreate}
  selector:
    matchLabels: {{- include "library.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "library.podLabels" . | nindent 8 }}
      annotations:
        checksum/secrets: {{ $values.global.secrets.revision | toString | sha256sum }}
    spec:
      serviceAccountName: {{ include "library.fullname" $root }}
      {{- include "library.podSecurity" $root | nindent 6 }}
      {{- with include "library.scheduling" $root }}
      {{- . | nindent 6 }}
      {{- end }}
      terminationGracePeriodSeconds: 15
      containers:
        - name: {{ .component }}
          image: {{ include "library.image" $root }}
          imagePullPolicy: {{ $values.global.image.pullPolicy }}
          command: [node, {{ .script }}]
          {{- include "library.containerSecurity" $root | nindent 10 }}
          env:
            - {name: BIND_HOST, value: 0.0.0.0}
            - {name: DEMO_FOLDER, value: /data}
            {{- if $plays }}
            - name: NATS_URL
              valueFrom: {secretKeyRef: {name: {{ $credentials }}, key: NATS_URL}}
            - {name: IDENTITY_PRIVATE_KEY_FILE, value: /run/greenwatch/identity/identity.jwk.json}
            - {name: IDENTITY_PUBLIC_KEYS_FILE, value: /run/greenwatch/trust/public.jwks.json}
            - {name: HEALTH_PORT, value: "8080"}
            - {name: HJ212_HOST, value: {{ $root.Release.Name }}-ingestion}
            - {name: HJ212_PORT, value: "9212"}
            - {name: GATEWAY_URL, value: "http://{{ $root.Release.Name }}-gateway:8000"}
            {{- with $values.global.tls.caSecret }}
            - {name: NODE_EXTRA_CA_CERTS, value: /run/greenwatch/ca/ca.crt}
            {{- end }}
            {{- range $name, $value := $values.settings }}
            - {name: {{ $name }}, value: {{ include "library.text" $value | quote }}}
            {{- end }}
            {{- else }}
            # The address that notifications bind to, with the user and password they say.
            - name: SMPP_URL
              valueFrom: {secretKeyRef: {name: {{ include "library.secret" (dict "root" $root "named" $values.secrets.smsc "suffix" "notifications-credentials") }}, key: SMPP_URL}}
            - {name: SMPP_PORT, value: "2775"}
            {{- end }}
          ports:
            {{- range $name, $port := .ports }}
            - {name: {{ $name }}, containerPort: {{ $port }}}
            {{- end }}
          {{- if $plays }}
          startupProbe:
            httpGet: {path: /livez, port: health}
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            # The province is loaded, and its devices speak.
            httpGet: {path: /readyz, port: health}
            periodSeconds: 5
          livenessProbe:
            httpGet: {path: /livez, port: health}
            periodSeconds: 20
            timeoutSeconds: 10
            failureThreshold: 6
          {{- else }}
          startupProbe:
            tcpSocket: {port: smpp}
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            tcpSocket: {port: smpp}
            periodSeconds: 10
          livenessProbe:
            tcpSocket: {port: smpp}
            periodSeconds: 30
          {{- end }}
          resources: {{- toYaml (index $values.resources .component) | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            - {name: data, mountPath: /data}
            {{- if $plays }}
            - {name: identity, mountPath: /run/greenwatch/identity, readOnly: true}
            - {name: trust, mountPath: /run/greenwatch/trust, readOnly: true}
            {{- if $values.global.tls.caSecret }}
            - {name: ca, mountPath: /run/greenwatch/ca, readOnly: true}
            {{- end }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
        - name: data
          {{- if and $plays $values.persistence.enabled }}
          persistentVolumeClaim: {claimName: {{ include "library.fullname" $root }}}
          {{- else }}
          emptyDir: {sizeLimit: 256Mi}
          {{- end }}
        {{- if $plays }}
        - name: identity
          secret: {secretName: {{ $credentials }}, defaultMode: 0440, items: [{key: identity.jwk.json, path: identity.jwk.json}]}
        - name: trust
          secret: {secretName: {{ include "library.secret" (dict "root" $root "named" $values.global.secrets.trust "suffix" "trust") }}, defaultMode: 0440, items: [{key: public.jwks.json, path: public.jwks.json}]}
        {{- with $values.global.tls.caSecret }}
        - name: ca
          secret: {secretName: {{ . }}, defaultMode: 0440, items: [{key: ca.crt, path: ca.crt}]}
        {{- end }}
        {{- end }}
{{- end }}
