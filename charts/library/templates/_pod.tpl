{{/* Pod security "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards), for every pod of ours. */}}
{{- define "library.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "library.containerSecurity" -}}
securityContext:
  runAsNonRoot: true
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Where a pod may run, and how it is pulled. Takes the root context. */}}
{{- define "library.scheduling" -}}
{{- with .Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.scheduling.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.scheduling.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Over machines and zones, as far as there are any. Takes (dict "root" "component" "revisions"). */}}
{{- define "library.spread" -}}
topologySpreadConstraints:
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ if eq $key "kubernetes.io/hostname" }}{{ $.root.Values.scheduling.onFullMachine }}{{ else }}ScheduleAnyway{{ end }}
    labelSelector:
      matchLabels: {{- include "library.selector" $ | nindent 8 }}
    {{- if $.revisions }}
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end }}

{{/* The containers and volumes of a service's pod. Takes (dict "root" "facts" "component"); component `migration` has no ports and probes. */}}
{{- define "library.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $facts := .facts -}}
{{- $serves := eq .component "service" -}}
{{- $credentials := include "library.secret" (dict "root" $root "named" $values.secrets.credentials "suffix" (printf "%s-credentials" $root.Chart.Name)) -}}
{{ include "library.podSecurity" $root }}
{{- with include "library.scheduling" $root }}
{{ . | trim }}
{{- end }}
terminationGracePeriodSeconds: 60
{{- if $serves }}
{{- with include "library.firstServers" $root }}
{{ . | trim }}
{{- end }}
{{- end }}
containers:
  - name: {{ $root.Chart.Name }}
    image: {{ include "library.image" $root }}
    imagePullPolicy: {{ $values.global.image.pullPolicy }}
    command: {{ concat (list "node" "main.js") (ternary (list) (list "migrate") $serves) | toJson }}
    {{- include "library.containerSecurity" $root | nindent 4 }}
    env:
      - name: INSTANCE
        valueFrom: {fieldRef: {fieldPath: metadata.name}}
      {{- range $variable := $facts.credentials | default (list "NATS_URL" "MONGODB_URI" "VALKEY_URL") }}
      - name: {{ $variable }}
        valueFrom: {secretKeyRef: {name: {{ $credentials }}, key: {{ $variable }}}}
      {{- end }}
      {{- range $variable := $facts.optionalCredentials }}
      - name: {{ $variable }}
        valueFrom: {secretKeyRef: {name: {{ $credentials }}, key: {{ $variable }}, optional: true}}
      {{- end }}
      {{- range $name, $value := include "library.environment" . | fromYaml }}
      - name: {{ $name }}
        value: {{ include "library.text" $value | quote }}
      {{- end }}
    {{- if $serves }}
    ports:
      - name: health
        containerPort: 8080
      {{- range $name, $port := $facts.ports }}
      - name: {{ $name }}
        containerPort: {{ $port }}
      {{- end }}
    startupProbe:
      httpGet: {path: /livez, port: health}
      periodSeconds: 2
      timeoutSeconds: 2
      failureThreshold: {{ max 1 (div $values.probes.startWithinSeconds 2) }}
    readinessProbe:
      httpGet: {path: /readyz, port: health}
      periodSeconds: 5
      timeoutSeconds: 4
      failureThreshold: 2
    livenessProbe:
      httpGet: {path: /livez, port: health}
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: {{ max 1 (div $values.probes.deadAfterSeconds 10) }}
    {{- end }}
    resources: {{- toYaml $values.resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- range $file := include "library.secretFiles" . | fromYamlArray }}
      - name: {{ $file.folder }}
        mountPath: /run/greenwatch/{{ $file.folder }}
        readOnly: true
      {{- end }}
      {{- with include "library.coldClaim" $root }}
      - name: cold
        mountPath: /cold
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ $values.tmpSize }}
  {{- range $file := include "library.secretFiles" . | fromYamlArray }}
  - name: {{ $file.folder }}
    secret:
      secretName: {{ $file.secret }}
      defaultMode: 0440
      items:
        {{- range $key := values $file.files | sortAlpha }}
        - key: {{ $key }}
          path: {{ $key }}
        {{- end }}
  {{- end }}
  {{- with include "library.coldClaim" $root }}
  - name: cold
    persistentVolumeClaim:
      claimName: {{ . }}
  {{- end }}
{{- end }}

{{/*
Where the servers come with the release, all pods begin at once: each waits until its servers listen. Without, eleven programs would start, fail and
start again for as long as a server takes.
*/}}
{{- define "library.firstServers" -}}
{{- $addresses := list -}}
{{- if .Values.global.servers.mongodb.builtIn }}{{ $addresses = append $addresses (printf "%s-mongodb:27017" .Release.Name) }}{{ end -}}
{{- if .Values.global.servers.nats.builtIn }}{{ $addresses = append $addresses (printf "%s-nats:4222" .Release.Name) }}{{ end -}}
{{- if $addresses -}}
initContainers:
  - name: wait-for-servers
    image: {{ include "library.image" . }}
    imagePullPolicy: {{ .Values.global.image.pullPolicy }}
    command:
      - node
      - -e
      - |
        const { connect } = require('node:net');
        const again = (address) => setTimeout(listens, 1000, address);
        function listens(address) {
          const [host, port] = address.split(':');
          const socket = connect(Number(port), host, () => socket.destroy());
          socket.setTimeout(3000, () => socket.destroy(new Error('silent')));
          socket.on('error', () => again(address));
        }
        process.argv.slice(1).forEach(listens);
      {{- range $addresses }}
      - {{ . | quote }}
      {{- end }}
    {{- include "library.containerSecurity" . | nindent 4 }}
    resources:
      requests: {cpu: 10m, memory: 48Mi}
      limits: {memory: 128Mi}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
{{- end -}}
{{- end }}

{{/* The claim on which readings keeps cold months; empty elsewhere. */}}
{{- define "library.coldClaim" -}}
{{- dig "coldStorage" "existingClaim" "" (omit .Values "global") -}}
{{- end }}

{{/*
Environment variables by name: what the chart sets for every service, what service.yaml says, the settings of values.
A setting wins; the schema keeps the names that the chart sets out of it.
*/}}
{{- define "library.environment" -}}
{{- $root := .root -}}
{{- $global := $root.Values.global -}}
{{- $set := dict
  "BIND_HOST" "0.0.0.0"
  "HEALTH_PORT" 8080
  "LOG_LEVEL" $global.logLevel
  "PROVINCE" $global.province
  "READINGS_PARTITIONS" $global.readings.partitions
  "READINGS_RETENTION_HOURS" $global.readings.retentionHours
  "STOP_DELAY_S" $global.stopDelaySeconds
  "VERSION" (regexFind "[^:@/]+$" (include "library.image" $root))
  "STREAM_REPLICAS" $global.servers.nats.copies
-}}
{{- with $global.otlp.endpoint }}
{{- $_ := set $set "OTEL_EXPORTER_OTLP_ENDPOINT" . -}}
{{- $_ := set $set "OTEL_TRACES_SAMPLER_ARG" $global.otlp.sampledShare -}}
{{- end -}}
{{- range $name, $port := .facts.ports }}
{{- if eq $name "grpc" }}{{ $_ := set $set "GRPC_PORT" $port }}{{ end -}}
{{- end -}}
{{- range $call := .facts.calls }}
{{- $_ := set $set (printf "%s_GRPC" (upper $call)) (printf "%s-%s:9090" $root.Release.Name $call) -}}
{{- end -}}
{{- range $file := include "library.secretFiles" . | fromYamlArray }}
{{- range $variable, $key := $file.files }}
{{- $_ := set $set $variable (printf "/run/greenwatch/%s/%s" $file.folder $key) -}}
{{- end -}}
{{- end -}}
{{- with include "library.coldClaim" $root }}{{ $_ := set $set "COLD_FOLDER" "/cold" }}{{ end -}}
{{- if $root.Values.secrets.hj212Tls }}{{ $_ := set $set "HJ212_TLS_PORT" (index .facts.ports "hj212-tls") }}{{ end -}}
{{- range $name, $value := .facts.environment }}{{ $_ := set $set $name $value }}{{ end -}}
{{- range $name, $value := $root.Values.settings }}{{ $_ := set $set $name $value }}{{ end -}}
{{- toYaml $set -}}
{{- end }}

{{/* Files of Secrets in /run/greenwatch/<folder>: [{folder, secret, files: {VARIABLE: key}}]. Takes (dict "root" "facts"). */}}
{{- define "library.secretFiles" -}}
{{- $root := .root -}}
{{- $global := $root.Values.global -}}
{{- $own := $root.Values.secrets -}}
{{- $name := $root.Chart.Name -}}
{{- $files := list
  (dict "folder" "identity" "files" (dict "IDENTITY_PRIVATE_KEY_FILE" "identity.jwk.json") "secret" (include "library.secret" (dict "root" $root "named" $own.credentials "suffix" (printf "%s-credentials" $name))))
  (dict "folder" "trust" "files" (dict "IDENTITY_PUBLIC_KEYS_FILE" "public.jwks.json") "secret" (include "library.secret" (dict "root" $root "named" $global.secrets.trust "suffix" "trust")))
-}}
{{- if not .facts.withoutFieldKeys }}
{{- $files = append $files (dict "folder" "field-keys" "files" (dict "FIELD_KEYS_FILE" "field-keys.json") "secret" (include "library.secret" (dict "root" $root "named" $global.secrets.fieldKeys "suffix" "field-keys"))) -}}
{{- end -}}
{{- if and .facts.mqtt $global.mqtt.enabled }}
{{- $files = append $files (dict "folder" "mqtt" "files" (dict "MQTT_ISSUER_SEED_FILE" "mqtt-account.nk") "secret" (include "library.secret" (dict "root" $root "named" $global.secrets.mqttAccount "suffix" "mqtt-account"))) -}}
{{- end -}}
{{- with $own.coldStorage }}
{{- $files = append $files (dict "folder" "cold-storage" "files" (dict "COLD_S3_CREDENTIALS_FILE" "credentials.json") "secret" .) -}}
{{- end -}}
{{- with $own.hj212Tls }}
{{- $files = append $files (dict "folder" "hj212-tls" "files" (dict "HJ212_TLS_CERT_FILE" "tls.crt" "HJ212_TLS_KEY_FILE" "tls.key") "secret" .) -}}
{{- end -}}
{{- with $global.tls.caSecret }}
{{- $files = append $files (dict "folder" "ca" "files" (dict "NODE_EXTRA_CA_CERTS" "ca.crt") "secret" .) -}}
{{- end -}}
{{- toYaml $files -}}
{{- end }}
