export { buildFrame, MAX_SEGMENT } from './build-frame';
export { type BuiltRequest, buildRequest, checkRequest, type RequestTarget } from './build-request';
export { decryptSegment, encryptSegment, isKey } from './cipher';
export { type CommandKind, kindOfCommand, kindOfPacket } from './commands';
export { crc16 } from './crc16';
export { type DataItem, parseDataArea } from './data-area';
export { type DataTimeResult, formatDataTime, parseDataTime } from './data-time';
export {
  type CrcKind,
  crcOf,
  type DeviceCodec,
  type Dialect,
  inDialect,
  openSegment,
  sealFrame,
} from './dialect';
export {
  type FactorInfo,
  factorInfo,
  fromOldCode,
  milligramsPerPpm,
  standardFactor,
  standardFactors,
  useOwnFactors,
} from './factor-info';
export { decodeFields, encodeFields } from './field-text';
export { type CutResult, FrameCutter, type FrameCutterOptions, type RefusedReason } from './frame-cutter';
export { Hj212Error, type Hj212ErrorCode } from './hj212-error';
export { LINK_TIMES, type Link } from './link-times';
export { type Edition, editionOf, type Packet, parseSegment } from './packet';
export { formatQn } from './qn';
export { type DeviceMessage, type InformationValue, readMessage, type StandardCheck } from './read-message';
export { answeredQn, type Reply, readReply } from './read-reply';
export { answerOf, replyToNotice, replyToUpload } from './replies';
export { RequestError } from './request-error';
export {
  type ParameterType,
  parametersOf,
  REQUESTS,
  type RequestDefinition,
  type RequestEdition,
  type RequestParameter,
  requestDefinition,
  requestsOf,
} from './request-table';
export { type FactorReading, readUpload, type Upload, type UploadKind } from './upload';
export { readUploadText, type UploadText } from './upload-text';
