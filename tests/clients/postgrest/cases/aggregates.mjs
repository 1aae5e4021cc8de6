import { answers, db } from '../harness.mjs'

answers('count', () => db.from('films').select('count'), [{ count: 6 }])
answers('count()', () => db.from('films').select('count()'), [{ count: 6 }])
answers('count of a field leaves out nulls', () => db.from('films').select('year.count()'), [{ count: 5 }])
answers('sum', () => db.from('films').select('year.sum()').lte('id', 2), [{ sum: 3947 }])
answers('avg', () => db.from('films').select('year.avg()').lte('id', 2), [{ avg: 1973.5 }])
answers('min and max with names', () => db.from('films').select('first:year.min(),last:year.max()'), [{ first: 1952, last: 1993 }])
answers('min of texts', () => db.from('films').select('title.min()').eq('director', 2), [{ min: 'Ikiru' }])
answers('a cast of an aggregate', () => db.from('films').select('year.sum()::text').lte('id', 2), [{ sum: '3947' }])
answers('fields beside an aggregate are groups', () => db.from('films').select('genre,count()').order('genre'), [
  { genre: 'comedy', count: 1 },
  { genre: 'drama', count: 4 },
  { genre: 'horror', count: 1 },
])
answers('an aggregate of nothing', () => db.from('films').select('year.max(),count()').eq('id', 99), [{ max: null, count: 0 }])
answers('an aggregate of what is embedded', () => db.from('directors').select('id,films(year.max())').lte('id', 2).order('id'), [
  { id: 1, films: [{ max: 1985 }] },
  { id: 2, films: [{ max: 1954 }] },
])
answers('an aggregate as one object', () => db.from('films').select('total:count()').single(), { total: 6 })
