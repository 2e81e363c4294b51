import { parseDataArea } from './data-area';

/** Items as [code, field, value]. */
const items = (cp: string) => parseDataArea(cp).map(({ code, field, value }) => [code, field, value]);

test.each<[string, string, string[][]]>([
  ['nothing', '', []],
  ['only separators', ' ;,; ', []],
  [
    '6.3.2: , between the values of a factor, ; between factors',
    'DataTime=20160801085857;w01018-Rtd=2.2,w01018-Flag=N;w00000-Rtd=1',
    [
      ['', 'DataTime', '20160801085857'],
      ['w01018', 'Rtd', '2.2'],
      ['w01018', 'Flag', 'N'],
      ['w00000', 'Rtd', '1'],
    ],
  ],
  [
    '; for , and , for ;',
    'BeginTime=1,EndTime=2,a-Rtd=3;a-Flag=N',
    [
      ['', 'BeginTime', '1'],
      ['', 'EndTime', '2'],
      ['a', 'Rtd', '3'],
      ['a', 'Flag', 'N'],
    ],
  ],
  [
    'a dangling ,;',
    '025-Rtd=2,025-Flag=N,;',
    [
      ['025', 'Rtd', '2'],
      ['025', 'Flag', 'N'],
    ],
  ],
  [
    'blanks (2017 C.44)',
    ' i13004-Info=168.0; i13005-Info =40 ',
    [
      ['i13004', 'Info', '168.0'],
      ['i13005', 'Info', '40'],
    ],
  ],
  [
    'line breaks after ;',
    'a-Rtd=1;\r\nb-Rtd=2;\r\n',
    [
      ['a', 'Rtd', '1'],
      ['b', 'Rtd', '2'],
    ],
  ],
  ['a typo stays an unknown field', 'LA-td=50.1', [['LA', 'td', '50.1']]],
  [
    'repeated keys (2005 C.12)',
    'PolId=101;PolId=102',
    [
      ['', 'PolId', '101'],
      ['', 'PolId', '102'],
    ],
  ],
  [
    'no =',
    'a-Rtd=1;…',
    [
      ['a', 'Rtd', '1'],
      ['', '…', ''],
    ],
  ],
  [
    'an empty value',
    'a-Rtd=,a-Flag=D',
    [
      ['a', 'Rtd', ''],
      ['a', 'Flag', 'D'],
    ],
  ],
  ['a hyphen in the code and in the value', 'aqms-1-Rtd=-5', [['aqms-1', 'Rtd', '-5']]],
  ['= in a value', 'Model=a=b', [['', 'Model', 'a=b']]],
  [
    '3020: log text (2017 C.40)',
    'PolId=w01018;i11001-Info=//清洗管路//',
    [
      ['', 'PolId', 'w01018'],
      ['i11001', 'Info', '//清洗管路//'],
    ],
  ],
  [
    '3020: separators inside log text',
    'i11001-Info=//a;b=1,c//d//;i12001-Info=0',
    [
      ['i11001', 'Info', '//a;b=1,c//d//'],
      ['i12001', 'Info', '0'],
    ],
  ],
  [
    '3020: log text never closed',
    'i11001-Info=//a;b=1',
    [
      ['i11001', 'Info', '//a'],
      ['', 'b', '1'],
    ],
  ],
  ['ends in a log text of nothing', 'x-Info=////', [['x', 'Info', '////']]],
])('%s', (_name, cp, expected) => {
  expect(items(cp)).toEqual(expected);
});
